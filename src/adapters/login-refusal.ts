import type { LoginRefusal } from '../ports.ts';

/** By SQLSTATE, and where one has several meanings by what PostgreSQL says in English; the first that fits. */
const REFUSALS: readonly (readonly [code: RegExp, words: RegExp, LoginRefusal])[] = [
  [/^28P01$/, /./, 'password'],
  [/^28000$/, /role .* does not exist/, 'no such user'],
  [/^28000$/, /not permitted to log in/, 'may not log in'],
  [/^28000$/, /no encryption|SSL off/, 'without TLS'],
  [/^28000$/, /pg_hba\.conf/, 'not let in'],
  [/^28000$/, /./, 'password'],
  [/^3D000$/, /./, 'no such database'],
  [/^42501$/, /./, 'may not connect'],
  [/^55000$/, /./, 'database closed'],
  [/^53300$/, /for role/, 'limit of the user'],
  [/^53300$/, /for database/, 'limit of the database'],
  [/^53300$/, /reserved/, 'only reserved ones left'],
  [/^53300$/, /./, 'all taken'],
  [/^53100$/, /./, 'disk full'],
  [/^53200$/, /./, 'out of memory'],
  [/^$/, /client password must be a string/, 'no password'],
];

/** What the server has against a login; undefined where it did not say. */
export function loginRefusal(error: unknown): LoginRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as Error & { code?: unknown };
  const state = typeof code === 'string' ? code : '';
  return REFUSALS.find(([codes, words]) => codes.test(state) && words.test(message))?.[2];
}
