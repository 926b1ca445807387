/** A word of SQL, a name in quotes, a text in quotes, or a sign. */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'text' | 'sign';
  /** A word in capitals; a name or text as it stands. */
  readonly value: string;
  /** As it stands. */
  readonly raw: string;
  /** Where it begins in the statement. */
  readonly at: number;
}

const TOKEN =
  /(?:[uU]&)?"(?:[^"]|"")*"|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|(\$[^$\s]*\$)[\s\S]*?\1|[\p{L}\p{N}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*|\S/gsu;
const HEAD_LENGTH = 4096;

/** The tokens of a statement without comments, as far as its first 4,096 characters unless told otherwise. */
export function tokensOf(statement: string, length = HEAD_LENGTH): SqlToken[] {
  return [...statement.slice(0, length).matchAll(TOKEN)].map(({ 0: raw, index: at }) => {
    const kind = kindOf(raw);
    return { kind, value: kind === 'word' ? raw.toUpperCase() : raw, raw, at };
  });
}

function kindOf(raw: string): SqlToken['kind'] {
  if (raw.length > 1 && raw.endsWith('"')) return 'name';
  if (raw.length > 1 && (raw.endsWith("'") || raw.startsWith('$'))) return 'text';
  return /^[\p{L}\p{N}_\u0080-\uffff]/u.test(raw) ? 'word' : 'sign';
}

/** The words alone, in capitals with blanks between: `ALTER TABLE OWNER TO`. Names in quotes are “""”, texts “''”. */
export function skeletonOf(tokens: readonly SqlToken[]): string {
  return tokens.map(({ kind, value }) => (kind === 'name' ? '""' : kind === 'text' ? "''" : value)).join(' ');
}

/** Whether the server would ask for data behind this statement. */
export function isCopyIn(statement: string): boolean {
  if (!/^COPY\b/i.test(statement)) return false;
  return /^COPY .* FROM (STDIN|STDOUT)\b/.test(skeletonOf(tokensOf(statement, statement.length)));
}
