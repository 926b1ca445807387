import type { Knex } from 'knex';
import type { SequenceFacts, Sequences, SlotFacts } from '../domain/database-facts.ts';
import { numbers, OWN_SCHEMA, rowsOf } from './database-section.ts';

// A column owns its sequence (serial, identity), or only takes its default from it.
const SEQUENCES = `
  SELECT n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS sql,
    p.last_value AS last, NOT has_sequence_privilege(c.oid, 'SELECT, USAGE') AS "isHidden", p.data_type::text AS type,
    CASE WHEN p.increment_by < 0 THEN -p.min_value
      ELSE least(p.max_value, CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE p.max_value END)
    END AS limit,
    p.increment_by < 0 AS "goesDown",
    CASE WHEN a.attname IS NOT NULL THEN jsonb_build_object('name', a.attname, 'sql', quote_ident(a.attname),
      'type', format_type(a.atttypid, NULL),
      'table', jsonb_build_object('name', tn.nspname || '.' || t.relname, 'sql', format('%I.%I', tn.nspname, t.relname))) END AS column
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_sequences p ON p.schemaname = n.nspname AND p.sequencename = c.relname
  LEFT JOIN LATERAL (
    SELECT d.refobjid AS relation, d.refobjsubid AS number FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT f.adrelid, f.adnum FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
    LIMIT 1
  ) used ON true
  LEFT JOIN pg_attribute a ON a.attrelid = used.relation AND a.attnum = used.number
  LEFT JOIN pg_class t ON t.oid = used.relation LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
  WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND NOT p.cycle AND ${OWN_SCHEMA}
  ORDER BY 1`;

// On a standby the log's end is what it has received.
const SLOTS = `
  SELECT slot_name AS name, active AS "isActive", coalesce(wal_status, 'lost') AS state,
    coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, restart_lsn), 0) AS "heldBytes",
    format('SELECT pg_drop_replication_slot(%L);', slot_name) AS dropping
  FROM pg_replication_slots WHERE NOT temporary ORDER BY 1`;

type Row = Omit<SequenceFacts, 'column'> & {
  goesDown: boolean;
  isHidden: boolean;
  column: SequenceFacts['column'] | null;
};

/** Sequences that were used, and that do not begin anew at their end. */
export async function readSequences(reading: Knex.Transaction): Promise<Sequences> {
  const rows = await rowsOf<Row>(reading, SEQUENCES);
  const used = rows.filter(({ last }) => last !== null);
  const known = used.map(({ goesDown, isHidden: _, column, ...row }) => {
    const { last, limit } = numbers(row, 'last', 'limit');
    return { ...row, last: goesDown ? -last : last, limit, ...(column ? { column } : {}) };
  });
  return { known, hidden: rows.filter(({ isHidden }) => isHidden).length };
}

/** Replication slots of the server: each keeps the log that its reader has not read. */
export async function readSlots(reading: Knex.Transaction): Promise<SlotFacts[]> {
  return (await rowsOf<SlotFacts>(reading, SLOTS)).map((row) => numbers(row, 'heldBytes'));
}
