import { rootCertificates } from 'node:tls';
import { Client } from 'pg';
import { likeLibpq } from './databases.ts';
import type { WorkFolder } from './work-folder.ts';

/** Parts of an address that libpq takes from the environment. */
const PARAMETERS: Readonly<Record<string, string>> = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
};

/**
 * What PostgreSQL's programs need in their environment to reach a database: nothing of it is an argument, and the password
 * stands only in a file of the folder. `environment` is passed on.
 */
export async function accessTo(
  url: string,
  { folder, environment }: { readonly folder: WorkFolder; readonly environment: Readonly<Record<string, string>> },
): Promise<Record<string, string>> {
  // Exactly what our own connections use.
  const { host, port, user, database, password } = new Client({ connectionString: likeLibpq(url) });
  return {
    ...environment,
    LC_ALL: 'C', // What they say is read by us.
    PGAPPNAME: 'capops',
    PGHOST: host,
    PGPORT: String(port),
    ...(user && { PGUSER: user }),
    ...(database && { PGDATABASE: database }),
    ...(await passwordVariables(password, folder)),
    ...(await parameterVariables(url, folder)),
  };
}

async function passwordVariables(password: unknown, folder: WorkFolder): Promise<Record<string, string>> {
  if (typeof password !== 'string' || password === '') return {};
  if (/[\r\n\0]/.test(password))
    throw new Error('A database’s password with a line break cannot be kept in a password file');
  const escaped = password.replace(/[\\:]/g, '\\$&');
  return { PGPASSFILE: await folder.keep('password', `*:*:*:*:${escaped}\n`) };
}

async function parameterVariables(url: string, folder: WorkFolder): Promise<Record<string, string>> {
  const { searchParams } = new URL(url);
  const given = Object.entries(PARAMETERS).flatMap(([name, variable]) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[variable, value]];
  });
  const variables: Record<string, string> = Object.fromEntries(given);
  if (variables.PGSSLMODE === 'no-verify') variables.PGSSLMODE = 'require'; // pg's own word.
  if (variables.PGSSLMODE === 'verify-full' && !variables.PGSSLROOTCERT) {
    // libpq before 16 trusts nobody by itself; Node trusts these.
    variables.PGSSLROOTCERT = await folder.keep('authorities.pem', rootCertificates.join('\n'));
  }
  return variables;
}
