import type { Knex } from 'knex';
import { Entitlement } from './entitlement.ts';
import { Organisation } from './organisation.ts';

const INVALID = `
  SELECT format('the index %I.%I is not valid', nspname, relname) AS fault
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE NOT indisvalid
  ORDER BY 1 LIMIT 20`;

/** What the platform could not live with, in words; none: it can. */
export async function restoredFaults(restored: Knex): Promise<string[]> {
  const { rows } = await restored.raw<{ rows: { fault: string }[] }>(INVALID);
  return [...rows.map(({ fault }) => fault), ...(await unreadable(restored))];
}

/** Organisations and their access as CapOps reads them. */
async function unreadable(restored: Knex): Promise<string[]> {
  try {
    await Organisation.query(restored).select('id', 'code', 'name', 'createdAt').orderBy('code').limit(100);
    await Entitlement.query(restored).select('organization_id', 'module_key', 'status', 'valid_until').limit(100);
    return [];
  } catch (error) {
    return [`organisations and their access cannot be read (${(error as Error).message})`];
  }
}
