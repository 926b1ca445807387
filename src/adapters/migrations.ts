import type { Knex } from 'knex';
import type { Config } from '../config.ts';
import { StartError } from '../errors.ts';
import { databaseSettings } from './databases.ts';
import { createLedger, reach, refuseSharedDatabase } from './ledger-database.ts';
import { compareMigrations, MIGRATIONS } from './migration-files.ts';
import { lookAtPlatform } from './platform-shape.ts';
import { knex } from './postgres-client.ts';

type Addresses = Pick<Config, 'databaseUrl' | 'ledgerDatabaseUrl' | 'ledgerIsDerived'>;

/** Migrations that have not run yet, by file name; `missing`: the ledger's database is not there. */
export interface Pending {
  readonly platform: readonly string[];
  readonly ledger: readonly string[] | 'missing';
}

// Any number that nobody else uses for advisory locks; it lets two migrations run one after the other.
const LOCK = 7_236_904_127;

/**
 * Brings both databases up to date and makes the ledger's where it is missing; `say` hears each step in a sentence.
 * On a platform that is there already nothing is added or altered. Throws a StartError for what an administrator has
 * to mend, an UnavailableError when a server is down.
 */
export async function migrateAll(config: Addresses, say: (line: string) => void): Promise<void> {
  await withBoth(config, async ({ platform, ledger, ledgerIsThere }) => {
    await migratePlatform(platform, say);
    if (!ledgerIsThere) {
      await createLedger(config, platform);
      say('Ledger: created its database.');
    }
    await refuseSharedDatabase(platform, ledger);
    await migrateLedger(ledger, say);
  });
}

/** What `migrateAll` would run. Changes nothing. Throws an UnavailableError when a server is down. */
export async function pendingMigrations(config: Addresses): Promise<Pending> {
  return withBoth(config, async ({ platform, ledger, ledgerIsThere }) => {
    const onPlatform = await pendingOnPlatform(platform);
    if (!ledgerIsThere) return { platform: onPlatform, ledger: 'missing' };
    await refuseSharedDatabase(platform, ledger);
    return { platform: onPlatform, ledger: await pendingAfter('ledger', await appliedTo('ledger', ledger)) };
  });
}

/** Throws a StartError that says what to run when anything is pending, and an UnavailableError when a server is down. */
export async function assertMigrated(config: Addresses): Promise<void> {
  refuse(await pendingMigrations(config));
}

function refuse({ platform, ledger }: Pending): void {
  if (platform.length === 0 && ledger.length === 0) return;
  const parts = [
    platform.length > 0 && `on the platform’s database ${platform.join(', ')}`,
    ledger === 'missing' && 'the ledger’s database itself',
    ledger !== 'missing' && ledger.length > 0 && `in the ledger ${ledger.join(', ')}`,
  ];
  throw new StartError(
    `Not migrated yet: ${parts.filter(Boolean).join('; ')}. Run \`pnpm db:migrate\`, then start again.`,
  );
}

/** The same for the ledger alone: for what has to run whatever has become of the platform. */
export async function assertLedgerMigrated(config: Addresses): Promise<void> {
  await withEach(config, async ({ platform, ledger }) => {
    const [isPlatformThere, isLedgerThere] = await Promise.all([
      reach(platform, 'platform').catch(() => false),
      reach(ledger, 'ledger'),
    ]);
    if (isPlatformThere && isLedgerThere) await refuseSharedDatabase(platform, ledger);
    const pending = isLedgerThere ? await pendingAfter('ledger', await appliedTo('ledger', ledger)) : 'missing';
    refuse({ platform: [], ledger: pending });
  });
}

async function migratePlatform(platform: Knex, say: (line: string) => void): Promise<void> {
  const line = await oneAtATime(platform, async (trx) => {
    const { name, shape } = await lookAtPlatform(trx);
    if (shape === 'adopted') return `Platform (${name}): its own tables are there, nothing to do.`;
    if (shape === 'empty') await trx.raw('CREATE SCHEMA IF NOT EXISTS capops');
    return `Platform (${name}): ${await latest('platform', trx)}`;
  });
  say(line);
}

async function migrateLedger(ledger: Knex, say: (line: string) => void): Promise<void> {
  say(`Ledger: ${await oneAtATime(ledger, (trx) => latest('ledger', trx))}`);
}

async function latest(database: keyof typeof MIGRATIONS, trx: Knex.Transaction): Promise<string> {
  await pendingAfter(database, await appliedTo(database, trx));
  const [, applied]: [number, string[]] = await trx.migrate.latest(MIGRATIONS[database]);
  return applied.length > 0 ? `applied ${applied.join(', ')}.` : 'up to date.';
}

/** All or nothing, and a second run waits for the first. */
function oneAtATime<T>(database: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK]);
    return work(trx);
  });
}

async function pendingOnPlatform(platform: Knex): Promise<string[]> {
  const { shape } = await lookAtPlatform(platform);
  if (shape === 'adopted') return [];
  return pendingAfter('platform', await appliedTo('platform', platform));
}

async function appliedTo(database: keyof typeof MIGRATIONS, connection: Knex): Promise<string[]> {
  const book = `${MIGRATIONS[database].schemaName}.knex_migrations`;
  const { rows } = await connection.raw('SELECT to_regclass(?) IS NOT NULL AS "keepsBook"', [book]);
  return rows[0].keepsBook ? connection(book).pluck('name') : [];
}

async function pendingAfter(database: keyof typeof MIGRATIONS, applied: readonly string[]): Promise<string[]> {
  const { pending, unknown } = await compareMigrations(database, applied);
  if (unknown.length === 0) return pending;
  throw new StartError(`A newer CapOps has migrated the ${database} (${unknown.join(', ')}). Update this one.`);
}

interface Both {
  readonly platform: Knex;
  readonly ledger: Knex;
  readonly ledgerIsThere: boolean;
}

async function withBoth<T>(config: Addresses, work: (both: Both) => Promise<T>): Promise<T> {
  return withEach(config, async ({ platform, ledger }) => {
    const [, ledgerIsThere] = await Promise.all([reach(platform, 'platform'), reach(ledger, 'ledger')]);
    return work({ platform, ledger, ledgerIsThere });
  });
}

/** Lends connections whose statements may take as long as they need. */
async function withEach<T>(
  config: Addresses,
  work: (each: Pick<Both, 'platform' | 'ledger'>) => Promise<T>,
): Promise<T> {
  const limits = { statementMs: 0, lockMs: 0 };
  const platform = knex(databaseSettings(config.databaseUrl, { limits }));
  const ledger = knex(databaseSettings(config.ledgerDatabaseUrl, { limits }));
  try {
    return await work({ platform, ledger });
  } finally {
    await Promise.all([platform.destroy(), ledger.destroy()]);
  }
}
