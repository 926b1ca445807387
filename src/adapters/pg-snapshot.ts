import type { Client } from 'pg';
import type { DumpedTable } from '../domain/dumped-tables.ts';
import { countRows, dumpedTables, holdTables, leftOutSchemas } from './pg-tables.ts';

const ATTEMPTS = 5;

/** What a transaction sees, for others to see the same. It lasts as long as its session. */
export interface PgSnapshot {
  /** For pg_dump's --snapshot. */
  readonly id: string;
  /** By the server's clock. */
  readonly takenAt: Date;
  readonly leftOut: readonly string[];
  countRows(): Promise<Record<string, number>>;
}

/** Takes a snapshot of a database whose tables are held before, so that nobody rewrites one between. */
export async function takeSnapshot(client: Client): Promise<PgSnapshot> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await dumpedTables(client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    if (await holdTables(client, before)) {
      const { rows } = await client.query('SELECT pg_export_snapshot() AS id, clock_timestamp() AS "takenAt"');
      const tables = await dumpedTables(client);
      if (await holdTables(client, newOnes(tables, before))) {
        return { ...rows[0], leftOut: await leftOutSchemas(client), countRows: () => countRows(client, tables) };
      }
    }
    await client.query('ROLLBACK');
  }
  throw new Error(`Tables came and went during each of ${ATTEMPTS} attempts to take a snapshot`);
}

function newOnes(tables: readonly DumpedTable[], before: readonly DumpedTable[]): DumpedTable[] {
  const known = new Set(before.map(({ name }) => name));
  return tables.filter(({ name }) => !known.has(name));
}
