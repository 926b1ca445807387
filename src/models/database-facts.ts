import type { Knex } from 'knex';
import type { DatabaseFacts } from '../domain/database-facts.ts';
import { readActivity } from './database-activity.ts';
import { readForeignKeys, readIndexes } from './database-indexes.ts';
import { readOverview } from './database-overview.ts';
import { readSection } from './database-section.ts';
import { readSequences, readSlots } from './database-sequences.ts';
import { readStatements } from './database-statements.ts';
import { readTables } from './database-tables.ts';

/** A transaction that lasts longer keeps dead rows, and perhaps locks, for everybody. */
const LONG_SECONDS = 300;

/** What PostgreSQL says of the database, one part after the other; nothing is changed. Rejects when it does not answer. */
export async function readDatabaseFacts(
  platform: Knex,
  { longerThanSeconds = LONG_SECONDS }: { readonly longerThanSeconds?: number } = {},
): Promise<DatabaseFacts> {
  return {
    ...(await readSizes(platform)),
    indexes: await readSection(platform, 'The indexes', readIndexes),
    foreignKeys: await readSection(platform, 'The foreign keys', readForeignKeys),
    activity: await readSection(platform, 'The connections', (reading) => readActivity(reading, longerThanSeconds)),
    sequences: await readSection(platform, 'The sequences', readSequences),
    slots: await readSection(platform, 'The replication slots', readSlots),
    statements: await readStatements(platform),
  };
}

/** The part of it that says how large everything is. */
export async function readSizes(platform: Knex): Promise<Pick<DatabaseFacts, 'overview' | 'tables'>> {
  return {
    overview: await readSection(platform, 'The database as a whole', readOverview),
    tables: await readSection(platform, 'The tables', readTables),
  };
}

export async function nameOf(platform: Knex): Promise<string> {
  const { rows } = await platform.raw<{ rows: { name: string }[] }>('SELECT current_database() AS name');
  return rows[0]?.name ?? '';
}
