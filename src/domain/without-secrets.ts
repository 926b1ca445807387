const NAMES =
  'pass(word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|account[-_]?key|private[-_]?key|signature|authorization|cookie|credential|session';

/** Where a word begins; a line break that is written as \\n ends with a letter. */
const START = String.raw`(?:(?<!\w)|(?<=\\[nrt]))`;

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
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|(?![\s\S]))|(?:^[\w+/=]{20,}[ \t\r]*\n){1,80}-----END [A-Z ]*PRIVATE KEY-----/gm,
    instead: '[secret]',
  },
  {
    what: 'What stands before the host in an address',
    pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/"'<>]+@/gi,
    instead: '$1[secret]@',
  },
  {
    what: 'The same, percent-encoded',
    pattern: /([a-z][a-z0-9+.-]{0,30}%3A%2F%2F)(?:(?!%40|%2F)[\w.~%*!-]){1,500}%40/gi,
    instead: '$1[secret]%40',
  },
  {
    what: 'What follows “Bearer” or “Basic”',
    pattern: new RegExp(`${START}(bearer|basic)\\s+[\\w.~+/=-]{8,}`, 'gi'),
    instead: '$1 [secret]',
  },
  {
    what: 'A value beside a name that says what it is, such as password, token, api_key, cookie or session: in JSON, in a query, in settings',
    pattern: new RegExp(
      `((?:${NAMES})[\\w-]{0,40}\\\\*["']?\\s*[:=]>?\\s*)("(?:[^"\\\\]|\\\\.)*"|\\\\+"[^"]*"|'[^']*'|[^\\s,;&}<]+)`,
      'gi',
    ),
    instead: '$1[secret]',
  },
  {
    what: 'The same in XML',
    pattern: new RegExp(`(<[\\w:-]{0,40}(?:${NAMES})[\\w:-]{0,40}>)[^<]+`, 'gi'),
    instead: '$1[secret]',
  },
  {
    what: 'The same as an option of a program: --db-password hunter2',
    pattern: new RegExp(`(--?[\\w-]{0,40}(?:${NAMES})[\\w-]{0,40}\\s+)(?!-)("[^"]*"|'[^']*'|\\S+)`, 'gi'),
    instead: '$1[secret]',
  },
  {
    what: 'A password in SQL: PASSWORD or IDENTIFIED BY, and a text',
    pattern: /(password|identified by)\s+'[^']*'?/gi,
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
  { what: 'A JSON Web Token', pattern: new RegExp(`${START}eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*`, 'g'), instead: '[secret]' },
];

/** A foreign text without what looks like a secret in it, to be shown to people. */
export function withoutSecrets(text: string): string {
  return SECRET_PATTERNS.reduce((left, { pattern, instead }) => left.replace(pattern, instead), text);
}
