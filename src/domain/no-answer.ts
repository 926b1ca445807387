import type { NoAnswer } from '../ports.ts';

const BY_CODE: readonly (readonly [RegExp, NoAnswer])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA)$/, 'unresolved'],
  [/^(E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|EACCES|EPERM)$/, 'unreachable'],
  [/^(ETIMEDOUT|ESOCKETTIMEDOUT)$/, 'silent'],
  [/^CERT_HAS_EXPIRED$/, 'certificate expired'],
  [/^CERT_NOT_YET_VALID$/, 'certificate not yet valid'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'certificate of another host'],
  [/^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/, 'certificate not trusted'],
  [/^(EPROTO|ERR_SSL_|ERR_TLS_)/, 'no TLS'],
  [/^HPE_/, 'another protocol'],
  [/^(ECONN(RESET|ABORTED)|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, 'broken off'],
  // PostgreSQL's own: https://www.postgresql.org/docs/current/errcodes-appendix.html
  [/^28...$/, 'login refused'],
  [/^3D000$/, 'no such database'],
  [/^53300$/, 'no connections left'],
  [/^57P0[123]$/, 'starting or stopping'],
  // A statement, or a wait for a lock, that took longer than it was given.
  [/^(57014|55P03)$/, 'silent'],
  [/^08...$/, 'broken off'],
];

const BY_MESSAGE: readonly (readonly [RegExp, NoAnswer])[] = [
  [/^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH)/, 'login refused'],
  [/^(LOADING|MASTERDOWN)/, 'starting or stopping'],
  [/max number of clients/, 'no connections left'],
  [/^(The server does not support|There was an error establishing an) SSL connection/, 'no TLS'],
  [/^(timeout expired|Command timed out|connect ETIMEDOUT)/, 'silent'],
  [/^(Protocol error|Received an invalid message)/, 'another protocol'],
  [/^(Connection (terminated|ended|is closed)|socket hang up|aborted)/, 'broken off'],
];

/** What an error of a driver, of TLS or of the network means for whoever was asked. */
export function noAnswerOf(error: unknown): NoAnswer {
  const all = withCauses(error);
  for (const { code, message } of all) {
    const known = BY_CODE.find(([pattern]) => pattern.test(code)) ?? BY_MESSAGE.find(([words]) => words.test(message));
    if (known) return known[1];
  }
  return 'failed';
}

/** The error, what caused it, and what those bundle (Node tries several addresses of a host). */
function withCauses(error: unknown, depth = 0): { code: string; message: string }[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  const inner = [error.cause, ...(Array.isArray(errors) ? errors : [])];
  const own = { code: typeof code === 'string' ? code : '', message: error.message };
  return [own, ...inner.flatMap((cause) => withCauses(cause, depth + 1))];
}
