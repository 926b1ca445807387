import type { Client } from 'pg';
import { ASIDE } from '../domain/beside-name.ts';

/** A table whose rows pg_dump takes along. */
export interface DumpedTable {
  /** As PostgreSQL writes it: `public.users`, `"Odd one".t`. */
  readonly name: string;
  /** What an extension lets be dumped of its own table: `WHERE …` or nothing. */
  readonly condition: string;
}

const NO_SUCH_TABLE = /^(42P01|3F000)$/;

// What a restore has put aside is left out: it would come back with the backup, and nobody would remove it.
const SCHEMAS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname !~ '${ASIDE}'`;

// Partitions are dumped one by one, their parents hold nothing; of extensions' tables only what the extension says.
export const DUMPED = `
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
  LEFT JOIN LATERAL (
    SELECT e.extcondition[place] AS condition FROM pg_extension e, generate_subscripts(e.extconfig, 1) place
    WHERE e.oid = d.refobjid AND e.extconfig[place] = c.oid
  ) own ON true
  WHERE ${SCHEMAS} AND c.relpersistence <> 't'
    AND (d.objid IS NULL OR own.condition IS NOT NULL)`;

/** All of them by name, but those of schemas that a restore has put aside. */
export async function dumpedTables(client: Client): Promise<DumpedTable[]> {
  const { rows } = await client.query<DumpedTable>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, COALESCE(own.condition, '') AS condition ${DUMPED}
       AND c.relkind = 'r' ORDER BY 1`,
  );
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
  for (const { name, condition } of tables) {
    const { rows } = await client.query(`SELECT count(*) AS rows FROM ONLY ${name} ${condition}`);
    counts[name] = Number(rows[0].rows);
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
