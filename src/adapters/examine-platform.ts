import { type Client, escapeIdentifier } from 'pg';
import { ASIDE } from '../domain/beside-name.ts';
import { clipped } from '../domain/clipped.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';
import type { TableRights, UnfinishedMigration } from '../ports.ts';

const LOG = 200;
const MOST = 20;

/** What CapOps does with the platform's tables. */
const NEEDED: readonly (readonly [schema: string, table: string, rights: readonly string[]])[] = [
  ['public', 'organizations', ['SELECT', 'INSERT', 'UPDATE']],
  ['entitlement', 'entitlements', ['SELECT', 'INSERT', 'UPDATE']],
  ['entitlement', 'entitlement_audits', ['SELECT', 'INSERT']],
];

const RIGHTS = `
  SELECT needed.schema, needed.name AS table, c.oid IS NOT NULL AS "isThere",
    coalesce(has_schema_privilege(n.oid, 'USAGE'), true) AS "maySeeSchema",
    ARRAY(SELECT r FROM unnest(string_to_array(needed.rights, ',')) r WHERE NOT has_table_privilege(c.oid, r)) AS missing
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS needed (schema, name, rights, place)
  LEFT JOIN pg_namespace n ON n.nspname = needed.schema
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = needed.name AND c.relkind IN ('r', 'p', 'v')
  ORDER BY needed.place`;

// What a restore has put aside is no longer the platform's: one of them may be why it was put aside.
const BOOKS = `
  SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = '_prisma_migrations' AND c.relkind IN ('r', 'p') AND n.nspname !~ '${ASIDE}'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
  ORDER BY 1`;

const UNFINISHED = `migration_name AS name, started_at AS "startedAt", coalesce(logs, '') AS log`;

/** What our user lacks on the tables that CapOps needs; those it may use as they are come as well. */
export async function askRights(client: Client): Promise<{ tables: TableRights[] }> {
  const columns = [NEEDED.map(([schema]) => schema), NEEDED.map(([, table]) => table)];
  const { rows } = await client.query<TableRights>(RIGHTS, [
    ...columns,
    NEEDED.map(([, , rights]) => rights.join(',')),
  ]);
  return { tables: rows };
}

/** Migrations of the platform that were begun and came to no end, in every schema that keeps book of them. */
export async function askUnfinishedMigrations(client: Client): Promise<{ unfinished: UnfinishedMigration[] }> {
  const unfinished: UnfinishedMigration[] = [];
  for (const { schema } of (await client.query<{ schema: string }>(BOOKS)).rows) {
    const { rows } = await client.query<Omit<UnfinishedMigration, 'schema'>>(
      `SELECT ${UNFINISHED} FROM ${escapeIdentifier(schema)}._prisma_migrations
       WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at LIMIT ${MOST}`,
    );
    unfinished.push(...rows.map((row) => ({ schema, ...row, log: firstWords(row.log) })));
  }
  return { unfinished };
}

/** Prisma says in several lines what went wrong; the one that PostgreSQL said tells most. */
function firstWords(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const told = lines.find((line) => /^(Database error|ERROR):/i.test(line) && !/^Database error:?$/i.test(line));
  const line = told ?? lines.find((one) => one !== '') ?? '';
  return clipped(withoutSecrets(line), LOG);
}
