import type { Knex } from 'knex';
import type { ForeignKeyFacts, IndexFacts, Named } from '../domain/database-facts.ts';
import { numbers, OWN_SCHEMA, rowsOf } from './database-section.ts';

// Sizes are those of the last vacuum where somebody holds a lock on the index: asking would wait for them.
const INDEXES = `
  SELECT n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS sql,
    tn.nspname || '.' || t.relname AS "tableName", format('%I.%I', tn.nspname, t.relname) AS "tableSql",
    CASE WHEN c.relkind = 'I' THEN 0
      WHEN EXISTS (SELECT FROM pg_locks l WHERE l.relation = c.oid AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock')
      THEN c.relpages::bigint * current_setting('block_size')::bigint ELSE pg_relation_size(c.oid) END AS bytes,
    coalesce(s.idx_scan, 0) AS scans,
    i.indisunique OR i.indisprimary OR i.indisexclusion OR i.indisreplident
      OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid) AS "isNeeded",
    i.indisunique AS "isUnique", i.indisvalid AND i.indisready AS "isValid",
    EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.relid = t.oid) AS "isBeingMade",
    c.relkind = 'I' OR c.relispartition AS "isPartitioned", am.amname AS method,
    ARRAY(SELECT concat_ws(' ', i.indkey[place], i.indclass[place], i.indcollation[place], i.indoption[place])
      FROM generate_series(0, i.indnkeyatts - 1) place) AS keys,
    ARRAY(SELECT i.indkey[place]::text FROM generate_series(i.indnkeyatts::int, i.indnatts - 1) place) AS included,
    concat_ws(' where ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)) AS more
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = c.oid
  WHERE ${OWN_SCHEMA} AND t.relpersistence <> 't'
  ORDER BY c.oid`;

// A key has an index where one begins with its columns, in whatever order.
const FOREIGN_KEYS = `
  SELECT k.conname AS name, n.nspname || '.' || t.relname AS "tableName", format('%I.%I', n.nspname, t.relname) AS "tableSql",
    fn.nspname || '.' || f.relname AS "toName", format('%I.%I', fn.nspname, f.relname) AS "toSql",
    (SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'sql', quote_ident(a.attname)) ORDER BY at.place)
      FROM unnest(k.conkey) WITH ORDINALITY at(number, place) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = at.number) AS columns,
    t.relkind = 'p' AS "isPartitioned"
  FROM pg_constraint k
  JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0 AND ${OWN_SCHEMA}
    AND NOT EXISTS (
      SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am am ON am.oid = x.relam
      WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL AND am.amname IN ('btree', 'hash')
        AND i.indnkeyatts >= cardinality(k.conkey) AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
    )
  ORDER BY 2, 1`;

type OfTable<Facts> = Omit<Facts, 'table'> & { tableName: string; tableSql: string };

/** Every index, the oldest first. */
export async function readIndexes(reading: Knex.Transaction): Promise<IndexFacts[]> {
  const rows = await rowsOf<OfTable<IndexFacts>>(reading, INDEXES);
  return rows.map(({ tableName, tableSql, ...row }) => ({
    ...numbers(row, 'bytes', 'scans'),
    table: { name: tableName, sql: tableSql },
  }));
}

type Key = Omit<OfTable<ForeignKeyFacts>, 'to'> & { toName: string; toSql: string; columns: Named[] };

/** Foreign keys that no index serves. */
export async function readForeignKeys(reading: Knex.Transaction): Promise<ForeignKeyFacts[]> {
  const rows = await rowsOf<Key>(reading, FOREIGN_KEYS);
  return rows.map(({ tableName, tableSql, toName, toSql, ...row }) => ({
    ...row,
    table: { name: tableName, sql: tableSql },
    to: { name: toName, sql: toSql },
  }));
}
