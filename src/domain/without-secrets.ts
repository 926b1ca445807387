const NAMES =
  'pass(word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authorization|cookie|credential|session';

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // What stands before the host in an address.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>]+@/gi, '$1[secret]@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [secret]'],
  // A value beside a name that says what it is: in JSON, in a query, in a line of settings.
  [
    new RegExp(`(["']?[\\w-]*(?:${NAMES})[\\w-]*\\\\*["']?\\s*[:=]\\s*)(\\\\*"[^"]*"|'[^']*'|[^\\s,;&}<]+)`, 'gi'),
    '$1[secret]',
  ],
  // The same as an option of a program, and in SQL.
  [new RegExp(`(--?[\\w-]*(?:${NAMES})[\\w-]*\\s+)(?!-)("[^"]*"|'[^']*'|\\S+)`, 'gi'), '$1[secret]'],
  [/\b(password|identified by)\s+'[^']*'?/gi, '$1 [secret]'],
  [/(\bhooks\.slack\.com\/)[^\s"\\]+/gi, '$1[secret]'],
  [/\b(gh[pousr]_|github_pat_|glpat-|sk-)[\w-]{16,}/g, '[secret]'],
  [/\b(xox[a-z]|xapp)-[\w-]{8,}/g, '[secret]'],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, '[secret]'],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]+/g, '[secret]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[secret]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[secret]'],
];

/** A foreign text without what looks like a secret in it, to be shown to people. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
}
