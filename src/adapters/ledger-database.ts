import type { Knex } from 'knex';
import { databaseName, withDatabase } from '../config/database-url.ts';
import type { Config } from '../config.ts';
import { connectionFailure } from '../domain/connection-failure.ts';
import { StartError, UnavailableError } from '../errors.ts';
import { databaseSettings } from './databases.ts';
import { knex } from './postgres-client.ts';

const NO_SUCH_DATABASE = '3D000';
const NOT_ALLOWED = '42501';
// Somebody else made it in the meantime: the name is taken, or was taken just now.
const MADE_MEANWHILE = ['42P04', '23505'];

const IDENTITY =
  'SELECT pg_postmaster_start_time()::text AS server, oid::int AS database FROM pg_database WHERE datname = current_database()';

const NAMES = {
  platform: { setting: 'DATABASE_URL', service: 'the platform’s database' },
  ledger: { setting: 'LEDGER_DATABASE_URL', service: 'the ledger’s database' },
};

/**
 * Connects. False where the server answers and lacks the ledger's database, which CapOps may make. Throws a StartError
 * when the setting is wrong and an UnavailableError when the server is down.
 */
export async function reach(database: Knex, which: keyof typeof NAMES): Promise<boolean> {
  try {
    await database.raw('SELECT 1');
    return true;
  } catch (error) {
    if (which === 'ledger' && codeOf(error) === NO_SUCH_DATABASE) return false;
    const failure = connectionFailure(error);
    if (!failure) throw error;
    const { setting, service } = NAMES[which];
    if (failure.kind === 'down') throw new UnavailableError(service, failure.reason, error);
    throw new StartError(`${setting}: ${service} cannot be used. ${failure.reason}`, { cause: error });
  }
}

/** Makes the ledger's database, empty and in UTF-8. Throws a StartError with the SQL where the server does not let us. */
export async function createLedger(
  config: Pick<Config, 'ledgerDatabaseUrl' | 'ledgerIsDerived'>,
  platform: Knex,
): Promise<void> {
  if (config.ledgerIsDerived) return create(config.ledgerDatabaseUrl, platform);
  const server = knex(databaseSettings(withDatabase(config.ledgerDatabaseUrl, 'postgres')));
  await create(config.ledgerDatabaseUrl, server).finally(() => server.destroy());
}

/** Throws a StartError when both are the same database, however their addresses are spelt. */
export async function refuseSharedDatabase(platform: Knex, ledger: Knex): Promise<void> {
  const [one, other] = await Promise.all([platform.raw(IDENTITY), ledger.raw(IDENTITY)]);
  if (JSON.stringify(one.rows) !== JSON.stringify(other.rows)) return;
  throw new StartError(
    'LEDGER_DATABASE_URL names the platform’s own database. Allowed: a database of its own, since a restore of the platform must not touch the ledger.',
  );
}

async function create(url: string, server: Knex): Promise<void> {
  // template0 takes UTF-8 whatever the server's own encoding is, and brings nothing that somebody added to template1.
  const sql = server.raw("CREATE DATABASE ?? TEMPLATE template0 ENCODING 'UTF8'", [databaseName(url)]);
  try {
    await sql;
  } catch (error) {
    const code = codeOf(error);
    if (MADE_MEANWHILE.includes(code)) return;
    if (code === NOT_ALLOWED) throw notAllowed(url, String(sql), error);
    throw error;
  }
}

function notAllowed(url: string, sql: string, cause: unknown): StartError {
  const { username, host } = new URL(url);
  const name = databaseName(url);
  const user = decodeURIComponent(username) || 'the user of CapOps';
  const message = [
    `The ledger needs a database of its own, and the server does not let ${user} create one. Let an administrator run:`,
    '',
    `    ${sql.replace(' TEMPLATE', ` OWNER "${user.replaceAll('"', '""')}" TEMPLATE`)};`,
    '',
    `and set LEDGER_DATABASE_URL=postgresql://${username}:PASSWORD@${host}/${encodeURIComponent(name)} (its password is not shown here).`,
  ];
  return new StartError(message.join('\n'), { cause });
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}
