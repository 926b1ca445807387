import type { Knex } from 'knex';

/** A migration as Prisma has it on record. */
export interface PrismaMigration {
  readonly schema: string;
  readonly name: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly rolledBackAt: Date | null;
  readonly steps: number;
  /** What went wrong, at most 4,000 characters of it. */
  readonly logs: string | null;
}

/** A table or view with its columns, in their order: `id text not null`. */
export interface Outline {
  readonly name: string;
  readonly columns: readonly string[];
  /** By PostgreSQL’s estimate; negative: it has none. */
  readonly rows: number;
  /** Of the columns: the same in two databases where they are the same. */
  readonly fingerprint: string;
}

export async function databaseVersion(database: Knex): Promise<string> {
  const { rows } = await database.raw<{ rows: { version: string }[] }>('SELECT version()');
  return rows[0]?.version ?? '';
}

/** What Prisma keeps in each schema, the newest first, and the schemas whose migrations our user may not read. */
export async function prismaMigrations(
  platform: Knex,
  most: number,
): Promise<{ migrations: PrismaMigration[]; closed: string[] }> {
  const { rows: books } = await platform.raw<{ rows: { schema: string; isReadable: boolean }[] }>(
    `SELECT n.nspname AS schema,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS "isReadable"
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = '_prisma_migrations' AND c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  const read = async ({ schema }: { schema: string }): Promise<PrismaMigration[]> => {
    const { rows } = await platform.raw<{ rows: PrismaMigration[] }>(
      `SELECT ?::text AS schema, migration_name AS name, started_at AS "startedAt", finished_at AS "finishedAt",
         rolled_back_at AS "rolledBackAt", applied_steps_count AS steps, left(logs, 4000) AS logs
       FROM ??."_prisma_migrations" ORDER BY started_at DESC LIMIT ?`,
      [schema, schema, most],
    );
    return rows;
  };
  const [open, closed] = [books.filter(({ isReadable }) => isReadable), books.filter(({ isReadable }) => !isReadable)];
  return {
    migrations: (await Promise.all(open.map(read))).flat(),
    closed: closed.map(({ schema }) => schema),
  };
}

/** Every table and view that no extension brought. */
export async function schemaOutline(database: Knex): Promise<Outline[]> {
  const { rows } = await database.raw<{ rows: Outline[] }>(
    `SELECT name, rows, columns, left(md5(array_to_string(columns, ', ')), 8) AS fingerprint FROM (
       SELECT n.nspname || '.' || c.relname AS name, c.reltuples::float8 AS rows,
         ARRAY(
           SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
         ) AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema$)'
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ) AS outlined ORDER BY name`,
  );
  return rows;
}

/** CapOps’ own migrations that have run on the ledger, the newest first. */
export async function ownMigrations(ledger: Knex): Promise<{ name: string; at: Date }[]> {
  const rows = await ledger('knex_migrations').orderBy('id', 'desc').limit(100);
  return rows.map(({ name, migration_time: at }) => ({ name, at }));
}
