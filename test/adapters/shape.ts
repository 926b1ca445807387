import { Client } from 'pg';

/** Runs a statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client
    .query(sql)
    .then((result) => result.rows ?? [])
    .finally(() => client.end());
}

/** Everything that is in a database beyond PostgreSQL's own, one line an object, with the details that Prisma would call drift. */
export async function shapeOf(url: string): Promise<string[]> {
  const rows = await query(url, SHAPE);
  return rows.map((row) => String(row.line));
}

const OURS = "n.nspname !~ '^(pg_|information_schema$)'";
const SHAPE = `
  SELECT 'schema ' || n.nspname || coalesce(' ' || n.nspacl::text, '') AS line FROM pg_namespace n WHERE ${OURS}
  UNION ALL
  SELECT CASE c.relkind WHEN 'r' THEN 'table' ELSE 'relation ' || c.relkind::text END
      || ' ' || n.nspname || '.' || c.relname || coalesce(' ' || c.relacl::text, '') || coalesce(' ' || c.reloptions::text, '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}
  UNION ALL
  SELECT concat_ws(' ', 'column', n.nspname || '.' || c.relname || '.' || a.attname, a.attnum,
      format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE ${OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'
  UNION ALL
  SELECT 'index ' || pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}
  UNION ALL
  SELECT 'constraint ' || n.nspname || '.' || conname || ' ' || pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${OURS}
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger
  UNION ALL
  SELECT 'function ' || n.nspname || '.' || proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OURS}
  UNION ALL
  SELECT 'type ' || n.nspname || '.' || typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OURS}
  UNION ALL
  SELECT 'extension ' || extname FROM pg_extension
  UNION ALL
  SELECT 'event trigger ' || evtname FROM pg_event_trigger
  UNION ALL
  SELECT 'default privileges ' || defaclacl::text FROM pg_default_acl
  ORDER BY 1`;
