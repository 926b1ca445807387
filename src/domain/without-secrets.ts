const NAMES =
  'pass(?:word|wd|phrase|code)?|pwd|secret|token|(?:api|access|account|private|encryption|signing|master|shared)[-_]?key|signature|authorization|cookie|credential|session';
/** Beside these only what is clearly a value: they are words of sentences as well. */
const SHORT_NAMES = '(?:x-)?auth|jwt|otp|pin';

/** Where a word begins; a line break that is written as \\n ends with a letter. */
const START = String.raw`(?:(?<!\w)|(?<=\\[nrt]))`;
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|\\{1,8}"[^"]*"|'[^'\n]*'|${'`[^`\\n]{0,500}`'}`;
const LIST = String.raw`\[[^\]{}\n]{0,2000}\]`;
/** What is between a name and its value: a quote that ends the name, a colon or an equals sign. */
const IS = String.raw`\\{0,8}["']?\s{0,20}[:=]>?\s{0,20}`;
/** Up to where a quoted text ends in which it stands. */
const TO_THE_QUOTE = String.raw`(?:[^\s"'\\]|["'](?![,}\])\s:]|$)|\\(?![\\"'nrt]))+`;

/** What has the shape of a secret, wherever it stands. */
export interface SecretPattern {
  /** As the list in docs/support.md has it. */
  readonly what: string;
  readonly pattern: RegExp;
  readonly instead: string;
}

/** In this order: what is longer comes before what it holds. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    what: 'A private key in PEM, and what is left of one whose beginning is missing',
    // Up to its end, where that comes without two dashes before it; else as far as what stands there has a key’s shape.
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?:[^-]|-(?!-)){0,20000}-----END [A-Z ]{0,40}PRIVATE KEY-----|(?:(?:[ \t\r\n]|\\{1,8}[nr]){1,8}(?:(?:Proc-Type|DEK-Info):[ \w,-]{1,100}|[A-Za-z0-9+/=]{20,}|(?<=\n|\\[nr])[A-Za-z0-9+/=]{1,19}(?=[ \t\r]{0,4}(?:\n|\\{1,8}[nr]|["']|(?![\s\S])))))*)|(?:^[\w+/=]{20,100}[ \t\r]{0,4}\n){1,80}-----END [A-Z ]{0,40}PRIVATE KEY-----/gm,
    instead: '[secret]',
  },
  {
    what: 'What stands before the host in an address',
    // A slash may stand in a password; what looks like a port is none.
    pattern:
      /([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/"'<>]+@|[^\s/"'<>@:[]{0,100}:(?!\d{1,5}[/?#])[^\s"'<>@]{1,200}@(?:[^\s"'<>/@]{1,200}@)*)/gi,
    instead: '$1[secret]@',
  },
  {
    what: 'The same, percent-encoded',
    pattern: /([a-z][a-z0-9+.-]{0,30}%3A%2F%2F)(?:(?!%40|%2F)[\w.~%*!-]){1,500}%40/gi,
    instead: '$1[secret]%40',
  },
  {
    what: 'All of a header Authorization, Proxy-Authorization, Cookie or Set-Cookie',
    pattern: new RegExp(
      `(${START}(?:(?:proxy-)?authorization|(?:set-)?cookies?)\\\\{0,8}["']?\\s{0,20}:\\s{0,20})(?!\\[secret)(?:${QUOTED}|${LIST}|[^\\s"'\\\\][^\\n"'\\\\]*)`,
      'gi',
    ),
    instead: '$1[secret]',
  },
  {
    what: 'What follows “Bearer” or “Basic”',
    pattern: new RegExp(`${START}(bearer|basic)\\s+[\\w.~+/=-]{8,}`, 'gi'),
    instead: '$1 [secret]',
  },
  {
    what: 'A value beside a name that says what it is, such as password, token, api_key, cookie or session: in JSON, in a query, in settings',
    pattern: new RegExp(
      `((?!(?<=[?&][\\w.-]{0,40})(?:${NAMES})[\\w-]{0,40}=[^\\s&"'<>#])(?:${NAMES})[\\w-]{0,40}${IS})(?!\\[secret\\])(?:${QUOTED}|${LIST}|(?:[^\\s,;&}<]|<(?=[^<>\\s]{1,200}>)|[,;&](?=[^\\s"'{[}\\\\]))+)`,
      'gi',
    ),
    instead: '$1[secret]',
  },
  {
    what: 'The same in an address: ?token=…, &sig=…',
    pattern: new RegExp(`([?&](?:[\\w.-]{0,40}(?:${NAMES})[\\w-]{0,40}|sig|${SHORT_NAMES})=)[^\\s&"'<>#]+`, 'gi'),
    instead: '$1[secret]',
  },
  {
    what: 'A variable whose name ends in _KEY, _PASS, _AUTH or the like',
    pattern: new RegExp(
      `(${START}[A-Z][A-Z0-9_]{0,60}_(?:KEY|PASS|AUTH|DSN|SALT)=)(?!\\[secret\\])(?:${QUOTED}|${TO_THE_QUOTE})`,
      'g',
    ),
    instead: '$1[secret]',
  },
  {
    what: 'What is given as auth, jwt, otp or pin: in quotes or behind an equals sign',
    pattern: new RegExp(
      `(${START}(?:${SHORT_NAMES})\\\\{0,8}["']?\\s{0,20})(?::\\s{0,20}(?:${QUOTED})|=(?!\\[secret\\])(?:${QUOTED}|[^\\s,;&}<"'\\\\]+))`,
      'gi',
    ),
    instead: '$1=[secret]',
  },
  {
    what: 'A password given to curl, redis-cli, mysql or Redis: -u name:hunter2, -a, -p, AUTH',
    pattern:
      /((?<![\w-])(?:-u[ \t]{0,4}|--[\w-]{0,20}user[= ])["']?(?!\d+:\d+\b)[^\s:"']{1,100}:|\bredis-cli\b[^\n]{0,200}?[ \t]-a[ \t]{1,4}|\b(?:mysql|mariadb)\w{0,20}\b[^\n]{0,200}?[ \t]-p|\bAUTH["']?[ \t]{1,4}(?:["']?(?:default|PLAIN|LOGIN)["']?[ \t]{1,4})?(?=["']|[^\s"'A-Z\d]{0,100}[A-Z\d]))["']?[^\s"']+/g,
    instead: '$1[secret]',
  },
  {
    what: 'The same in XML',
    pattern: new RegExp(`(<[\\w:-]{0,40}(?:${NAMES})[\\w:-]{0,40}>)(?:[^<]{1,4000}(?=</)|[^<\\n]+)`, 'gi'),
    instead: '$1[secret]',
  },
  {
    what: 'The same as an option of a program: --db-password hunter2',
    pattern: new RegExp(`((?<![\\w-])--?[\\w-]{0,40}(?:${NAMES})[\\w-]{0,40}\\s+)(?!-)("[^"]*"|'[^']*'|\\S+)`, 'gi'),
    instead: '$1[secret]',
  },
  {
    what: 'A password in SQL: PASSWORD or IDENTIFIED BY, and a text',
    pattern:
      /(password|identified by)\s{1,20}(?:(?:[eu]&?)?'(?:[^'\\\n]|\\.|'')*'?|\$(\w{0,20})\$[^\n]{0,500}?\$\2\$)/gi,
    instead: '$1 [secret]',
  },
  {
    what: 'A password’s hash: bcrypt, Argon2, PostgreSQL’s SCRAM and md5',
    pattern:
      /\$2[abxy]?\$\d\d\$[\w./]{53}|\$argon2(?:id|i|d)\$[\w.,=+/$-]{20,}|SCRAM-SHA-256\$\d+:[\w+/=]+\$[\w+/=]+:[\w+/=]+|md5[0-9a-f]{32}(?![0-9a-f])/g,
    instead: '[secret]',
  },
  { what: 'A webhook of Slack', pattern: /(hooks\.slack\.com\/)[^\s"\\]+/gi, instead: '$1[secret]' },
  { what: 'A token of Slack', pattern: /(xox[a-z]|xapp)-[\w-]{8,}/g, instead: '[secret]' },
  {
    what: 'A key or token of GitHub, GitLab, npm, Stripe, SendGrid, Google, or one that begins with sk-',
    pattern: new RegExp(
      `${START}(?:(?:gh[pousr]_|github_pat_|glpat-|npm_|sk-)[\\w-]{16,}|(?:[sr]k_(?:live|test)_|whsec_)\\w{16,}|SG\\.[\\w-]{16,}\\.[\\w-]{16,}|AIza[\\w-]{35})`,
      'g',
    ),
    instead: '[secret]',
  },
  { what: 'A key’s id of Amazon', pattern: /(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g, instead: '[secret]' },
  { what: 'A private key of age', pattern: /AGE-SECRET-KEY-1[A-Z0-9]+/gi, instead: '[secret]' },
  { what: 'A JSON Web Token', pattern: /(?:(?<![\w-])|(?<=\\[nrt]))eyJ[\w-]+\.[\w-]+\.[\w-]*/g, instead: '[secret]' },
];

/** A foreign text without what looks like a secret in it, to be shown to people. */
export function withoutSecrets(text: string): string {
  return SECRET_PATTERNS.reduce((left, { pattern, instead }) => left.replace(pattern, instead), text);
}
