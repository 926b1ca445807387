import type { Knex } from 'knex';
import { StartError } from '../errors.ts';

/** What CapOps needs of the platform's tables; `public.audit_logs` is used where it exists. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'public.organizations': ['id', 'name', 'code', 'createdAt', 'updatedAt', 'createdBy', 'updatedBy'],
  'entitlement.entitlements':
    'id organization_id module_key status valid_from valid_until created_at updated_at created_by updated_by'.split(
      ' ',
    ),
  'entitlement.entitlement_audits':
    'id entitlement_id organization_id module_key action previous_value new_value performed_by performed_at reason'.split(
      ' ',
    ),
};

const LOOK = `
  SELECT current_database() AS name,
    EXISTS (
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'capops' AND c.relname = 'knex_migrations'
    ) AS "keepsBook",
    ARRAY(
      SELECT n.nspname || '.' || c.relname || '.' || a.attname
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname || '.' || c.relname = ANY (?) AND a.attnum > 0 AND NOT a.attisdropped
    ) AS columns,
    (
      SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema$|capops$)'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ) AS tables`;

/** `adopted`: the platform's services made it; `ours`: CapOps did, and keeps book there; `empty`: nobody yet. */
export type PlatformShape = { readonly name: string; readonly shape: 'adopted' | 'ours' | 'empty' };

/** Looks at the platform's database and changes nothing. Throws a StartError where it is neither empty nor whole. */
export async function lookAtPlatform(platform: Knex): Promise<PlatformShape> {
  const { rows } = await platform.raw(LOOK, [Object.keys(NEEDED)]);
  const { name, keepsBook, columns, tables }: Seen = rows[0];
  if (tables === 0 && !keepsBook) return { name, shape: 'empty' };
  const missing = missingFrom(new Set(columns));
  if (missing.length > 0) throw incomplete(name, missing);
  return { name, shape: keepsBook ? 'ours' : 'adopted' };
}

interface Seen {
  readonly name: string;
  readonly keepsBook: boolean;
  /** `public.organizations.id` and so on, of the needed tables. */
  readonly columns: readonly string[];
  /** Tables and views of any kind that no extension brought. */
  readonly tables: number;
}

/** Whole tables by their name, single columns as `table.column`. */
function missingFrom(columns: ReadonlySet<string>): string[] {
  return Object.entries(NEEDED).flatMap(([table, names]) => {
    const missing = names.map((column) => `${table}.${column}`).filter((column) => !columns.has(column));
    return missing.length === names.length ? [table] : missing;
  });
}

function incomplete(name: string, missing: readonly string[]): StartError {
  const there = Object.keys(NEEDED).filter((table) => !missing.includes(table));
  const found = there.length > 0 ? `It has ${there.join(', ')}.` : 'It has other tables, but none of those.';
  return new StartError(
    [
      `The database “${name}” is not the platform’s as CapOps knows it. Missing: ${missing.join(', ')}. ${found}`,
      'CapOps completes and alters nothing there. Run the platform’s own migrations, or let DATABASE_URL name the platform’s database or an empty one.',
    ].join('\n'),
  );
}
