import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Access } from '../domain/access-change.ts';
import type { ImportPlan, PresentOrganisation } from '../domain/import-plan.ts';
import { type Author, readEnd } from './entitlement.ts';

/** Organisations in one statement: few enough that progress moves, many enough that the way to the database is cheap. */
const BATCH_SIZE = 2000;

/** The organisations with these codes and all their access, by code. */
export async function presentOrganisations(
  platform: Knex,
  codes: readonly string[],
): Promise<ReadonlyMap<string, PresentOrganisation>> {
  const { rows } = await platform.raw(
    `SELECT o.id, o.code, o.name, e.module_key, e.status, e.valid_until
       FROM public.organizations o LEFT JOIN entitlement.entitlements e ON e.organization_id = o.id
      WHERE o.code = ANY(?::text[])`,
    [codes as string[]],
  );
  const found = new Map<string, { id: string; code: string; name: string; access: Map<string, Access> }>();
  for (const { id, code, name, module_key: key, status, valid_until: validUntil } of rows) {
    const organisation = found.get(code) ?? { id, code, name, access: new Map() };
    if (key) organisation.access.set(key, { status, validUntil: readEnd(validUntil) });
    found.set(code, organisation);
  }
  return found;
}

/** Lets one import at a time through, until the transaction ends. Throws 55P03 when the wait gets too long. */
export async function queueForImport(trx: Knex.Transaction): Promise<void> {
  await trx.raw("SELECT pg_advisory_xact_lock(hashtext('capops bulk-import'))");
}

/**
 * Does what the plan says in the caller's transaction, with the platform's own traces. Throws 23505 where somebody else
 * was faster. `advance` hears how many organisations are done. Gives the ids of those that exist now and did not before.
 */
export async function writeImport(
  trx: Knex.Transaction,
  { create, add }: ImportPlan,
  { by, logged, advance }: { by: Author; logged: boolean; advance: (done: number) => void },
): Promise<readonly string[]> {
  const made = create.map((wanted) => ({ ...wanted, organisationId: randomUUID() }));
  let done = 0;
  for (const batch of batches(made)) {
    await insertOrganisations(trx, batch, { by, logged });
    await insertAccess(trx, batch, by);
    done += batch.length;
    advance(done);
  }
  for (const batch of batches(add)) {
    await insertAccess(trx, batch, by);
    done += batch.length;
    advance(done);
  }
  return made.map(({ organisationId }) => organisationId);
}

interface NewOrganisation extends NewAccess {
  readonly code: string;
  readonly name: string;
}

interface NewAccess {
  readonly organisationId: string;
  readonly modules: readonly string[];
}

async function insertOrganisations(
  trx: Knex.Transaction,
  batch: readonly NewOrganisation[],
  { by, logged }: { by: Author; logged: boolean },
): Promise<void> {
  const log = `, logged AS (
    INSERT INTO public.audit_logs (id, entity_type, entity_id, action, changes, performed_by, performed_at, organization_id)
    SELECT gen_random_uuid()::text, 'organization', id, 'created',
           jsonb_build_object('code', code, 'name', name, 'reason', CAST(:reason AS text)), :actorId, CAST(:at AS timestamp), id
      FROM made)`;
  await trx.raw(
    `WITH made AS (SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:codes AS text[]), CAST(:names AS text[])) AS wanted (id, code, name))
    ${logged ? log : ''}
    INSERT INTO public.organizations (id, name, code, "createdAt", "updatedAt", "createdBy", "updatedBy")
    SELECT id, name, code, CAST(:at AS timestamp), CAST(:at AS timestamp), :actorId, :actorId FROM made`,
    {
      ...by,
      ids: batch.map(({ organisationId }) => organisationId),
      codes: batch.map(({ code }) => code),
      names: batch.map(({ name }) => name),
    },
  );
}

async function insertAccess(trx: Knex.Transaction, batch: readonly NewAccess[], by: Author): Promise<void> {
  await trx.raw(
    `WITH added AS (
      INSERT INTO entitlement.entitlements
             (id, organization_id, module_key, status, valid_from, valid_until, created_at, updated_at, created_by, updated_by)
      SELECT gen_random_uuid()::text, wanted.id, key, 'active', CAST(:at AS timestamp), NULL, CAST(:at AS timestamp), CAST(:at AS timestamp), :actorId, :actorId
        FROM unnest(CAST(:ids AS text[]), CAST(:modules AS text[])) AS wanted (id, keys), unnest(string_to_array(keys, ',')) AS key
      RETURNING id, organization_id, module_key)
    INSERT INTO entitlement.entitlement_audits
           (id, entitlement_id, organization_id, module_key, action, previous_value, new_value, performed_by, performed_at, reason)
    SELECT gen_random_uuid()::text, id, organization_id, module_key, 'created', NULL,
           '{"status": "active", "validUntil": null}', :actorId, CAST(:at AS timestamp), :reason
      FROM added`,
    {
      ...by,
      ids: batch.map(({ organisationId }) => organisationId),
      modules: batch.map(({ modules }) => modules.join()),
    },
  );
}

function* batches<T>(entries: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < entries.length; start += BATCH_SIZE) yield entries.slice(start, start + BATCH_SIZE);
}
