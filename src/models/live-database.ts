import type { Knex } from 'knex';
import { countSql, DUMPED, DUMPED_TABLE, type DumpedTable } from '../domain/dumped-tables.ts';
import { quotedText } from '../domain/sql-quoting.ts';

/** A table of the live database, and how many rows it has. */
export interface LiveTable {
  /** As PostgreSQL writes it: `public.users`, `"Odd one".t`. */
  readonly name: string;
  /** Undefined: they could not be counted, and PostgreSQL has no estimate either. */
  readonly rows: number | undefined;
  /** PostgreSQL's own estimate: counting would take too long, or somebody keeps a table locked. */
  readonly isEstimate: boolean;
}

/** Tables up to this size are counted. */
const COUNTED_BYTES = 64_000_000;
/** Somebody keeps it locked, or it takes too long. */
const TOO_LONG = /^(55P03|57014)$/;

/** Rows of every table now that a backup takes along. */
export async function liveTables(platform: Knex): Promise<LiveTable[]> {
  const { rows } = await platform.raw<{ rows: { name: string; estimate: number }[] }>(
    `SELECT ${DUMPED_TABLE}, c.reltuples::float8 AS estimate ${DUMPED} AND c.relkind = 'r' ORDER BY 1`,
  );
  const counts = await countSmallOnes(platform).catch((error: { code?: string }) => {
    if (!TOO_LONG.test(String(error.code))) throw error;
    return new Map<string, number>();
  });
  return rows.map(({ name, estimate }) => {
    const count = counts.get(name);
    const known = estimate < 0 ? undefined : Math.round(estimate);
    return { name, rows: count ?? known, isEstimate: count === undefined };
  });
}

/** Looking at a size takes a lock, as counting does. */
async function countSmallOnes(platform: Knex): Promise<Map<string, number>> {
  const { rows } = await platform.raw<{ rows: DumpedTable[] }>(
    `SELECT ${DUMPED_TABLE} ${DUMPED} AND c.relkind = 'r'
       AND pg_relation_size(c.oid) <= ? AND has_table_privilege(c.oid, 'SELECT')`,
    [COUNTED_BYTES],
  );
  return countedRows(platform, rows);
}

/** In one statement; names come from `format('%I.%I')`. */
async function countedRows(platform: Knex, tables: readonly DumpedTable[]): Promise<Map<string, number>> {
  if (tables.length === 0) return new Map();
  const each = tables.map((table) => `SELECT ${quotedText(table.name)} AS name, (${countSql(table)})::float8 AS rows`);
  const { rows } = await platform.raw(each.join(' UNION ALL ').replaceAll('?', '\\?'));
  return new Map(rows.map(({ name, rows: count }: { name: string; rows: number }) => [name, count] as const));
}

/** Sessions of other programs on it, and its size. */
export async function liveUse(platform: Knex): Promise<{ readonly sessions: number; readonly bytes: number }> {
  const { rows } = await platform.raw(
    `SELECT pg_database_size(current_database())::float8 AS bytes, (SELECT count(*)::int FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'capops') AS sessions`,
  );
  return rows[0];
}

/** An access that was taken away, and that an earlier state of the database would give back. */
export interface TakenAccess {
  readonly code: string;
  readonly module: string;
}

/** What was revoked, or ended, after a moment and is not open now. */
export async function takenSince(platform: Knex, since: Date): Promise<TakenAccess[]> {
  return platform('entitlement.entitlement_audits AS audit')
    .distinct({ code: 'organizations.code', module: 'audit.module_key' })
    .join('public.organizations', 'organizations.id', 'audit.organization_id')
    .join('entitlement.entitlements AS present', 'present.id', 'audit.entitlement_id')
    .where('audit.performed_at', '>', since)
    .whereRaw(`audit.previous_value->>'status' = 'active'`)
    .where((gone) =>
      gone.whereNot('present.status', 'active').orWhereRaw(`present.valid_until < now() AT TIME ZONE 'UTC'`),
    )
    .orderBy(['code', 'module']);
}

/** When access was last changed. Undefined: never. */
export async function lastChange(platform: Knex): Promise<Date | undefined> {
  const [row] = await platform('entitlement.entitlement_audits').max({ at: 'performed_at' });
  return (row?.at as Date | null) ?? undefined;
}

/** Names of the platform's own migrations that came after a moment. */
export async function migrationsSince(platform: Knex, since: Date): Promise<string[]> {
  const { rows } = await platform.raw<{ rows: { name: string }[] }>(
    `SELECT ${DUMPED_TABLE} ${DUMPED} AND c.relkind = 'r' AND c.relname = '_prisma_migrations'`,
  );
  const found = await Promise.all(
    rows.map(({ name }) =>
      platform.raw(`SELECT migration_name AS name FROM ${name} WHERE finished_at > ? ORDER BY finished_at`, [since]),
    ),
  );
  return found.flatMap((one) => one.rows.map((row: { name: string }) => row.name));
}
