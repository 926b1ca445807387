import { openPgSession, type PgSession } from './pg-session.ts';

const MAINTENANCE = ['postgres', 'template1'];
const NO_SUCH_DATABASE = '3D000';
const NOT_ALLOWED = '42501';

/** The same address with another database. */
export function onDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

/** A session on the server, on none of these databases: whoever is connected to one cannot rename it. */
export async function openAdminSession(url: string, avoid: readonly string[]): Promise<PgSession> {
  const candidates = MAINTENANCE.filter((name) => !avoid.includes(name));
  for (const name of candidates) {
    const session = await openPgSession(onDatabase(url, name)).catch(unlessClosed);
    if (session) return session;
  }
  for (const name of await otherDatabases(url, [...avoid, ...MAINTENANCE])) {
    const session = await openPgSession(onDatabase(url, name)).catch(unlessClosed);
    if (session) return session;
  }
  throw new Error('there is no further database on the server to which CapOps may connect');
}

async function otherDatabases(url: string, avoid: readonly string[]): Promise<string[]> {
  const { client, end } = await openPgSession(url);
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database
       WHERE datallowconn AND has_database_privilege(oid, 'CONNECT') AND datname <> ALL ($1) ORDER BY datname`,
      [avoid],
    );
    return rows.map(({ name }) => name);
  } finally {
    end();
  }
}

/** Undefined where this one cannot be used; another may. */
function unlessClosed(error: unknown): undefined {
  const { code } = error as { code?: string };
  if (code !== NO_SUCH_DATABASE && code !== NOT_ALLOWED && code !== '28000') throw error;
}
