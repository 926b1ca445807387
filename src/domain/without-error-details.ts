const INSTEAD = '[left out]';

// PostgreSQL says in these what stood in somebody’s row or statement: https://www.postgresql.org/docs/current/error-style-guide.html
const FIELDS = 'detail|hint|where_?|statement|internal[_-]?query|internalQuery';
const LISTS = 'parameters|params|bindings|values';
/** A text in double quotes, as it is or escaped once or several times. */
const QUOTED = '"(?:[^"\\\\\\n]|\\\\.)*"';
const ESCAPED = '\\\\{1,8}"(?:(?!\\\\{1,8}")[^\\n])*\\\\{1,8}"';

const DETAILS: readonly (readonly [RegExp, string])[] = [
  // The server’s own log: a line each, and its further lines, which begin with a tab.
  [/(DETAIL|HINT|CONTEXT|STATEMENT|QUERY|WHERE):[ \t]+[^\n]*(?:\n\t[^\n]*)*/g, `$1: ${INSTEAD}`],
  // JSON.
  [new RegExp(`("(?:${FIELDS})\\\\{0,8}"\\s*:\\s*)(?:${ESCAPED}|${QUOTED})`, 'gi'), `$1"${INSTEAD}"`],
  [
    /("context\\{0,8}"\s*:\s*)\\{0,8}"(?:COPY |PL\/|SQL |(?:un)?named portal|portal |while )(?:[^"\\\n]|\\.)*"/gi,
    `$1"${INSTEAD}"`,
  ],
  [new RegExp(`("(?:${LISTS})\\\\{0,8}"\\s*:\\s*)\\[[^\\]]{0,5000}\\]?`, 'gi'), `$1"${INSTEAD}"`],
  // Objects as Node and Rust print them.
  [
    new RegExp(
      `(?:(?<!\\w)|(?<=\\\\[nrt]))((?:${FIELDS}):\\s*)(?:Some\\(\\s{0,40}${QUOTED},?\\s{0,40}\\)|Some\\([^)\\n]*\\)?|'(?:[^'\\\\\\n]|\\\\.)*'|${QUOTED}|\`[^\`]{0,5000}\`)`,
      'gi',
    ),
    `$1${INSTEAD}`,
  ],
  [
    new RegExp(`(?:(?<!\\w)|(?<=\\\\[nrt]))((?:${LISTS}):\\s*)(?:\\[[^\\]]{0,5000}\\]?|\\$1 = [^\\n]*)`, 'gi'),
    `$1${INSTEAD}`,
  ],
  // What was given, in the message itself.
  [
    /(invalid input (?:syntax for type [\w ]{1,60}|value for enum [\w."]{1,80}): ?)\\{0,8}"(?:[^"\\\n]|\\[^"\n])*\\{0,8}"/g,
    `$1${INSTEAD}`,
  ],
  [
    /((?:out of range|malformed \w{1,20} literal|time zone|value): )\\{0,8}"(?:[^"\\\n]|\\[^"\n])*\\{0,8}"/g,
    `$1${INSTEAD}`,
  ],
  [/(\bvalue )\\{0,8}"(?:[^"\\\n]|\\[^"\n])*\\{0,8}"(?= is out of range| for )/g, `$1${INSTEAD}`],
  [/(Key \([^\n]{1,300}?\)=)\((?:(?!\) (?:already|is|conflicts))[^\n])*\)?/g, `$1(${INSTEAD})`],
  [/(Failing row contains )\([^\n]*/g, `$1(${INSTEAD}).`],
  [/(\bCOPY [^,\n]{1,200}, line \d{1,20}(?:, column [^:\n]{1,200})?: )[^\n]*/g, `$1${INSTEAD}`],
  // Statements: in the server’s log, under an error as psql and others show it, and in the messages of knex and Prisma.
  [
    /((?:\bduration: [\d.]{1,20} ms {1,4}|\bLOG: {1,4})(?:statement|fastpath|(?:parse|bind|execute) [^:\n]{1,200}): )[^\n]*(?:\n\t[^\n]*)*/g,
    `$1${INSTEAD}`,
  ],
  [/(\bLINE \d{1,9}: )(?:(?!\\n)[^\n])*/g, `$1${INSTEAD}`],
  [/(\binsert into\b[^\n]{1,400}?\bvalues\s{0,20})\((?:(?! - )[^\n])*/gi, `$1(${INSTEAD})`],
  [
    /(Invalid `[^`\n]{1,200}` invocation[^{]{0,1500})\{(?:[^\n}]{0,2000}(?:\}[^\n}]{0,2000}){0,20}\}|(?:(?!\n[ \t]{0,40}\n|\\n[ \t]{0,40}\\n)[\s\S]){0,5000})/g,
    `$1{${INSTEAD}}`,
  ],
];

/** A text without what PostgreSQL’s errors tell of rows, statements and parameters: detail, hint, where, and the values in a message. */
export function withoutErrorDetails(text: string): string {
  return DETAILS.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
}
