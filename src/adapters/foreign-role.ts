import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { quotedName } from '../domain/sql-quoting.ts';
import { openPgSession } from './pg-session.ts';

const PREFIX = 'capops_foreign_';
const LIVES_MS = 86_400_000;
const ROUNDS = 4096;
const END_ATTEMPTS = 100;

/** A role that can log in, owns one database, and may do nothing else that anybody may not. */
export interface ForeignRole {
  readonly name: string;
  /** The address of its database, as this role. */
  readonly url: string;
  /** Functions and procedures that are its own, without those that PostgreSQL made for types and extensions. */
  routines(): Promise<readonly string[]>;
  /** Gives what it owns to another, and removes it. The database's settings, which it may have made, go. */
  handOver(owner: string): Promise<void>;
  /** Removes it with all that it owns in its database. */
  abandon(): Promise<void>;
}

/**
 * Makes such a role for the database of the address, which is its administrator's. What PostgreSQL lets everybody do it may:
 * connecting to other databases is forbidden only by closing them to all, so SQL alone may run as this role, and no psql command.
 */
export async function openForeignRole(adminUrl: string, { sessions }: { sessions: number }): Promise<ForeignRole> {
  const session = await openPgSession(adminUrl);
  const { client } = session;
  const name = `${PREFIX}${randomBytes(8).toString('hex')}`;
  const password = randomBytes(24).toString('base64url');
  try {
    const { rows } = await client.query<{ database: string; owner: string }>(
      'SELECT datname AS database, pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()',
    );
    const [{ database = '', owner = '' } = {}] = rows;
    // For a sweep to see that somebody still works with it.
    await client.query(`SET application_name = ${name}`);
    await client.query(
      `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT ${sessions}
         PASSWORD '${verifierOf(password)}' VALID UNTIL '${new Date(Date.now() + LIVES_MS).toISOString()}'`,
    );
    await joined(client, name);
    await client.query(`ALTER DATABASE ${quotedName(database)} OWNER TO ${name}`);
    const giveBack = `ALTER DATABASE ${quotedName(database)} OWNER TO ${quotedName(owner)}`;
    const removeWith = async (statement: string) => {
      try {
        await endSessions(client, name);
        await client.query(`${statement}; ${giveBack}; DROP OWNED BY ${name} CASCADE`);
        await client.query(`ALTER DATABASE ${quotedName(database)} RESET ALL`);
        await client.query(`DROP ROLE ${name}`);
      } finally {
        session.end();
      }
    };
    return {
      name,
      url: addressAs(adminUrl, { name, password }),
      routines: () => routinesOf(client, name),
      handOver: (heir) => removeWith(`REASSIGN OWNED BY ${name} TO ${quotedName(heir)}`),
      abandon: () => removeWith(giveBack),
    };
  } catch (error) {
    await client.query(`DROP ROLE IF EXISTS ${name}`).catch(() => undefined);
    session.end();
    throw error;
  }
}

/** See the port. */
export async function sweepForeignRoles(adminUrl: string): Promise<number> {
  const session = await openPgSession(adminUrl);
  try {
    const { rows } = await session.client.query<{ name: string; databases: string[] }>(
      `SELECT r.rolname AS name, array(SELECT d.datname::text FROM pg_database d WHERE d.datdba = r.oid) AS databases
         FROM pg_roles r WHERE r.rolname ~ '^${PREFIX}[0-9a-f]{16}$'
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = r.rolname)`,
    );
    for (const { name, databases } of rows) await sweep(session.client, { name, databases, adminUrl });
    return rows.length;
  } finally {
    session.end();
  }
}

async function sweep(client: Client, left: { name: string; databases: readonly string[]; adminUrl: string }) {
  const { name, databases, adminUrl } = left;
  await joined(client, name);
  await endSessions(client, name);
  for (const database of databases) {
    const address = new URL(adminUrl);
    address.pathname = `/${encodeURIComponent(database)}`;
    const session = await openPgSession(address.href);
    try {
      await session.client.query(
        `ALTER DATABASE ${quotedName(database)} OWNER TO CURRENT_USER; DROP OWNED BY ${name} CASCADE; ALTER DATABASE ${quotedName(database)} RESET ALL`,
      );
    } finally {
      session.end();
    }
  }
  await client.query(`DROP OWNED BY ${name} CASCADE`);
  await client.query(`DROP ROLE ${name}`);
}

async function routinesOf(client: Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ routine: string }>(
    `SELECT p.oid::regprocedure::text AS routine FROM pg_proc p WHERE p.proowner = '${name}'::regrole AND p.prokind <> 'a'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
     ORDER BY 1`,
  );
  return rows.map(({ routine }) => routine);
}

/** Who is no superuser has to belong to a role to give to it and take from it. */
async function joined(client: Client, name: string): Promise<void> {
  const { rows } = await client.query('SELECT rolsuper AS "isSuperuser" FROM pg_roles WHERE rolname = current_user');
  if (!rows[0]?.isSuperuser) await client.query(`GRANT ${name} TO CURRENT_USER`);
}

async function endSessions(client: Client, name: string): Promise<void> {
  const left = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`;
  for (let n = 0; n < END_ATTEMPTS && (await client.query(left, [name])).rowCount; n++)
    await client.query('SELECT pg_sleep(0.05)');
}

/** What the server keeps of a password. It does not hear the password itself, which its log might. */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256');
  const key = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ROUNDS}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`;
}

function addressAs(url: string, { name, password }: { name: string; password: string }): string {
  return Object.assign(new URL(url), { username: name, password }).href;
}
