import type { Knex } from 'knex';
import { type TableFacts, totalBytes } from '../domain/database-facts.ts';
import { numbers, OWN_SCHEMA, rowsOf } from './database-section.ts';

// Asking a size waits for whoever alters the table: what is locked so is told as it was at its last vacuum.
const TABLES = `
  WITH locked AS (
    SELECT relation AS oid FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ), held AS (
    SELECT oid FROM locked
    UNION SELECT i.indrelid FROM pg_index i JOIN locked ON locked.oid = i.indexrelid
    UNION SELECT t.oid FROM pg_class t JOIN locked ON locked.oid = t.reltoastrelid
  ), sized AS (
    SELECT c.*, n.nspname, held.oid IS NOT NULL AS is_held
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN held ON held.oid = c.oid
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND ${OWN_SCHEMA}
  )
  SELECT c.nspname || '.' || c.relname AS name, format('%I.%I', c.nspname, c.relname) AS sql,
    CASE WHEN is_held THEN pages(c.relpages) ELSE pg_relation_size(c.oid) END AS "heapBytes",
    CASE WHEN is_held THEN (SELECT coalesce(sum(pages(x.relpages)), 0) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid)
      ELSE pg_indexes_size(c.oid) END AS "indexBytes",
    CASE WHEN is_held THEN coalesce((SELECT pages(t.relpages) FROM pg_class t WHERE t.oid = c.reltoastrelid), 0)
      ELSE pg_table_size(c.oid) - pg_relation_size(c.oid) END AS "toastBytes",
    is_held AS "isHeld", coalesce(nullif(greatest(c.reltuples, 0), 0), s.n_live_tup, 0) AS rows,
    coalesce(s.n_dead_tup, 0) AS "deadRows", coalesce(s.n_mod_since_analyze, 0) AS "changedSinceAnalyze",
    greatest(s.last_vacuum, s.last_autovacuum) AS "lastVacuum", greatest(s.last_analyze, s.last_autoanalyze) AS "lastAnalyze",
    coalesce((SELECT NOT option_value::boolean FROM pg_options_to_table(c.reloptions) WHERE option_name = 'autovacuum_enabled'), false) AS "isAutovacuumOff",
    coalesce(s.seq_scan, 0) AS scans, coalesce(s.seq_tup_read, 0) AS "scannedRows", coalesce(s.idx_scan, 0) AS "indexScans",
    age(c.relfrozenxid) AS "transactionAge"
  FROM sized c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid`.replaceAll(
  /pages\(([\w.]+)\)/g,
  "$1::bigint * current_setting('block_size')::bigint",
);

const COUNTED = [
  ...(['heapBytes', 'indexBytes', 'toastBytes', 'rows', 'deadRows', 'changedSinceAnalyze'] as const),
  ...(['scans', 'scannedRows', 'indexScans', 'transactionAge'] as const),
];

type Row = Omit<TableFacts, 'lastVacuum' | 'lastAnalyze'> & { lastVacuum: Date | null; lastAnalyze: Date | null };

/** Tables, partitions and materialised views, the largest first. */
export async function readTables(reading: Knex.Transaction): Promise<TableFacts[]> {
  const rows = await rowsOf<Row>(reading, TABLES);
  return rows.map(factsOf).sort((a, b) => totalBytes(b) - totalBytes(a) || (a.name < b.name ? -1 : 1));
}

function factsOf({ lastVacuum, lastAnalyze, ...row }: Row): TableFacts {
  return {
    ...numbers(row, ...COUNTED),
    ...(lastVacuum ? { lastVacuum } : {}),
    ...(lastAnalyze ? { lastAnalyze } : {}),
  };
}
