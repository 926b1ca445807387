// SQLSTATE 08: connection exceptions; 57P01 to 57P03: the server is shutting down, crashed or starting; 53300: too many clients.
const DOWN_STATES = /^(08...|57P0[123]|53300)$/;
// 28: the login is refused; 3D000: there is no such database.
const MISTAKEN_STATES = /^(28...|3D000)$/;
const NETWORK_CODES =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|E(HOST|NET)(UNREACH|DOWN)|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EADDRNOTAVAIL)$/;
const CERTIFICATE_CODES = /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;
// What pg and knex say without a code.
const DOWN_MESSAGES =
  /^(timeout expired$|Connection (terminated|ended)|Client (has encountered a connection error|was closed)|Knex: Timeout acquiring a connection|(The server does not support|There was an error establishing an) SSL connection)/;

/** Why a database cannot be reached. `down` passes by itself; `settings` does not: the address, the login or TLS is wrong. */
export type ConnectionFailure = { readonly kind: 'down' | 'settings'; readonly reason: string };

/** Whether an error, or what caused it, is a failure to reach the database at all. */
export function databaseDown(error: unknown): boolean {
  return connectionFailure(error) !== undefined;
}

/** The failure in a sentence without any address; undefined for every other error. */
export function connectionFailure(error: unknown): ConnectionFailure | undefined {
  for (const { code, message } of withCauses(error)) {
    if (code === '53300') return { kind: 'down', reason: 'It has no connection left to give.' };
    if (DOWN_STATES.test(code)) return { kind: 'down', reason: 'It is starting, stopping or has broken off.' };
    if (code === '3D000') return { kind: 'settings', reason: 'Its server knows no database of that name.' };
    if (MISTAKEN_STATES.test(code)) return { kind: 'settings', reason: 'It refuses the user or the password.' };
    if (CERTIFICATE_CODES.test(code)) return { kind: 'settings', reason: 'Its certificate cannot be trusted.' };
    if (/SSL connection/.test(message)) return { kind: 'settings', reason: 'It does not speak TLS.' };
    if (/^E(NOTFOUND|AI_AGAIN)$/.test(code)) return { kind: 'down', reason: 'Its host’s name cannot be resolved.' };
    if (NETWORK_CODES.test(code))
      return { kind: 'down', reason: 'No connection to its host comes about, or none lasts.' };
    if (DOWN_MESSAGES.test(message)) return { kind: 'down', reason: 'It does not answer in time, or has broken off.' };
  }
  return undefined;
}

/** The error, what caused it, and what those bundle (Node tries several addresses of a host). */
function withCauses(error: unknown, depth = 0): { code: string; message: string }[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const { code, nativeError, errors } = error as { code?: unknown; nativeError?: unknown; errors?: unknown };
  const inner = [error.cause, nativeError, ...(Array.isArray(errors) ? errors : [])];
  const own = { code: typeof code === 'string' ? code : '', message: withoutStatement(error.message) };
  return [own, ...inner.flatMap((cause) => withCauses(cause, depth + 1))];
}

/** What PostgreSQL said: knex puts the statement and a dash before it. */
export function withoutStatement(message: string): string {
  return message.split(' - ').at(-1) ?? message;
}
