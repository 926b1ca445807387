import { accessSync, constants } from 'node:fs';
import type { Checked } from './faults.ts';

/** What a PostgreSQL address looks like, for messages. */
export const POSTGRES_URL_FORM =
  'postgresql://USER:PASSWORD@HOST:5432/DATABASE, with signs such as @ : / # in the password written as %40 %3A %2F %23';

// What libpq takes, without `allow` and `prefer`, which pg cannot do; `no-verify` is pg's own.
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const NAME_LIMIT_BYTES = 63;
const LEDGER_SUFFIX = '_capops';

// A slash too few, or one in the password, would make the password a part of the database's name, which is shown.
const WRITTEN = /^postgres(ql)?:\/\/[^/?#]*\/[^/?#@]+([?#]|$)/i;

/** What is allowed where the address is not; undefined when it is fine. Says nothing of its password. */
export function databaseUrlFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !WRITTEN.test(text) || !isEncoded(text)) return POSTGRES_URL_FORM;
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode))
    return `${POSTGRES_URL_FORM}; sslmode is one of ${SSL_MODES.join(', ')}`;
  const authority = url.searchParams.get('sslrootcert');
  if (mode === 'verify-ca' && !authority)
    return 'sslmode=verify-ca together with sslrootcert=FILE, or sslmode=verify-full';
  const unread = ['sslrootcert', 'sslcert', 'sslkey'].find((name) => !isReadable(url.searchParams.get(name)));
  return unread && `${unread} in it names a file that CapOps may read`;
}

/** The database that an address names, or an empty text. */
export function databaseName(url: string): string {
  return decodeURI(new URL(url).pathname.slice(1));
}

/** The same server's database with `_capops` after the name; everything else in the address stays as it was written. */
export function deriveLedgerUrl(url: string): Checked<string> {
  const name = databaseName(url) + LEDGER_SUFFIX;
  if (Buffer.byteLength(name) > NAME_LIMIT_BYTES) {
    const message = `LEDGER_DATABASE_URL: found nothing, and ${name} is too long for a database’s name. Allowed: ${POSTGRES_URL_FORM}.`;
    return { value: undefined, faults: [message] };
  }
  return { value: withDatabase(url, databaseNameAsWritten(url) + LEDGER_SUFFIX), faults: [] };
}

/** The address with another database in it; `name` is percent-encoded by the caller where it has to be. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*)\/[^?#]*/i, (_, server: string) => `${server}/${name}`);
}

/** Whether two addresses, as they are written, name one database. Other spellings of a server show once both answer. */
export function sameDatabase(one: string, other: string): boolean {
  return identity(one) === identity(other);
}

function isEncoded(url: string): boolean {
  try {
    return databaseName(url) !== '';
  } catch {
    return false; // A percent sign that is not encoded.
  }
}

function databaseNameAsWritten(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*\/([^?#]*)/i.exec(url)?.[1] ?? '';
}

function identity(text: string): string {
  const url = new URL(text);
  const host = url.searchParams.get('host') ?? url.hostname;
  const port = url.searchParams.get('port') ?? url.port;
  const server = /^(localhost|127\..*|\[::1\]|)$/.test(host) ? 'localhost' : host.toLowerCase();
  return `${server} ${port || '5432'} ${databaseName(text)}`;
}

function isReadable(path: string | null): boolean {
  try {
    if (path !== null) accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
