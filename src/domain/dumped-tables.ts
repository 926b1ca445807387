import { ASIDE } from './beside-name.ts';

// What a restore has put aside is left out: it would come back with the backup, and nobody would remove it.
const SCHEMAS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname !~ '${ASIDE}'`;

/**
 * SQL, from its FROM on: the relations whose rows pg_dump takes along, as `c`, with their schemas as `n`. Partitions are dumped one by
 * one, their parents hold nothing; of extensions' tables only what the extension says, in `own.condition`.
 */
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

/** A table whose rows pg_dump takes along. */
export interface DumpedTable {
  /** As PostgreSQL writes it: `public.users`, `"Odd one".t`. */
  readonly name: string;
  /** What an extension lets be dumped of its own table: `WHERE …` or nothing. */
  readonly condition: string;
}

/** SQL: the columns of a `DumpedTable`. */
export const DUMPED_TABLE = `format('%I.%I', n.nspname, c.relname) AS name, COALESCE(own.condition, '') AS condition`;

/** SQL: how many rows a dump takes along of one. */
export function countSql({ name, condition }: DumpedTable): string {
  return `SELECT count(*) AS rows FROM ONLY ${name} ${condition}`;
}
