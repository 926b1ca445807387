import type { Client } from 'pg';
import { ASIDE } from '../domain/beside-name.ts';
import { countSql, DUMPED, DUMPED_TABLE, type DumpedTable } from '../domain/dumped-tables.ts';

const NO_SUCH_TABLE = /^(42P01|3F000)$/;

/** All of them by name, but those of schemas that a restore has put aside. */
export async function dumpedTables(client: Client): Promise<DumpedTable[]> {
  const { rows } = await client.query<DumpedTable>(`SELECT ${DUMPED_TABLE} ${DUMPED} AND c.relkind = 'r' ORDER BY 1`);
  return rows;
}

/** Schemas that a dump leaves out, by name: a restore has put them aside. */
export async function leftOutSchemas(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '${ASIDE}' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** Counts each, one after the other, in the transaction that the client has open. */
export async function countRows(client: Client, tables: readonly DumpedTable[]): Promise<Record<string, number>> {
  // More workers would take the cores from the dump that runs beside.
  await client.query('SET LOCAL max_parallel_workers_per_gather = 0');
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await client.query(countSql(table));
    counts[table.name] = Number(rows[0].rows);
  }
  return counts;
}

/**
 * Keeps the tables as they are until the transaction ends: somebody who waits to alter one would otherwise stand between
 * us and a table that pg_dump holds already. False where one is gone meanwhile, and the transaction with it.
 */
export async function holdTables(client: Client, tables: readonly DumpedTable[]): Promise<boolean> {
  if (tables.length === 0) return true;
  const names = tables.map(({ name }) => `ONLY ${name}`).join(', ');
  try {
    await client.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
    return true;
  } catch (error) {
    if (NO_SUCH_TABLE.test(String((error as { code?: unknown }).code))) return false;
    throw error;
  }
}
