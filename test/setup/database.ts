import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

export type PlatformDatabaseOptions = {
  /** `platform`: as the platform's own services leave it; `empty`: a database with nothing in it. */
  shape: 'platform' | 'empty';
  /** `empty` or `migrated`: the ledger's database is there too. By default it is not, as before the first `db:migrate`. */
  ledger?: 'empty' | 'migrated';
};

/** A test's own databases. The ledger's name is the platform's followed by `_capops`. */
export type PlatformDatabase = { platformUrl: string; ledgerUrl: string; drop(): Promise<void> };

/** Makes the databases of one test, or of one test file. `drop` also ends the connections that are still open. */
export async function createPlatformDatabase(options: PlatformDatabaseOptions): Promise<PlatformDatabase> {
  const name = `platform_${randomBytes(6).toString('hex')}`;
  const ledger = `${name}_capops`;
  const template = options.shape === 'platform' ? 'capops_template_platform' : 'template0';
  const ledgers = { empty: 'template0', migrated: 'capops_template_migrated_capops' };
  // Where nothing waits for a disk, copied files cost half of copied blocks.
  await onServer(
    `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`,
    ...(options.ledger ? [`CREATE DATABASE ${ledger} TEMPLATE ${ledgers[options.ledger]} STRATEGY file_copy`] : []),
  );
  return {
    platformUrl: addressOf(name),
    ledgerUrl: addressOf(ledger),
    drop: () => onServer(`DROP DATABASE IF EXISTS ${ledger} WITH (FORCE)`, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** The superuser's address of a database on the run's server. */
export function addressOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs statements one after the other as the superuser, on the database `postgres`: for roles and the like. */
export async function onServer(...statements: string[]): Promise<void> {
  session ??= connect();
  const client = await session;
  for (const statement of statements) await client.query(statement);
}

/** Kept by each process: most tests want it twice, and a connection costs more than most statements. */
let session: Promise<Client> | undefined;

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  const forget = () => {
    session = undefined;
  };
  client.on('error', forget).on('end', forget);
  await client.connect();
  return client;
}
