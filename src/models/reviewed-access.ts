import type { Knex } from 'knex';
import type { AccessStatus } from '../domain/access-change.ts';
import type { ReviewedAccess } from '../domain/access-review.ts';
import { readEnd } from './entitlement.ts';

/** An access with its last change, and who last kept it. */
export interface KnownAccess extends ReviewedAccess {
  readonly status: AccessStatus;
  readonly keptBy: string | null;
}

/** Every organisation's access, by code, with the last change of each and when somebody last kept it. Two statements. */
export async function accessOnRecord({ platform, ledger }: { platform: Knex; ledger: Knex }): Promise<KnownAccess[]> {
  const [{ rows: access }, { rows: kept }] = await Promise.all([
    platform.raw(
      `SELECT e.organization_id AS "organisationId", o.code, o.name, e.module_key AS "moduleKey", e.status,
              e.valid_until AS "validUntil", last.performed_at AS "changedAt", last.performed_by AS "changedBy"
         FROM entitlement.entitlements e JOIN public.organizations o ON o.id = e.organization_id
         LEFT JOIN (SELECT DISTINCT ON (organization_id, module_key) organization_id, module_key, performed_at, performed_by
                      FROM entitlement.entitlement_audits ORDER BY organization_id, module_key, performed_at DESC, id) last
                ON (last.organization_id, last.module_key) = (e.organization_id, e.module_key)
        ORDER BY o.code, e.module_key`,
    ),
    ledger.raw(
      `SELECT DISTINCT ON (organisation_id, module_key) organisation_id, module_key, kept_at, kept_by
         FROM kept_access ORDER BY organisation_id, module_key, kept_at DESC`,
    ),
  ]);
  const keptBy = new Map(kept.map((row: KeptRow) => [`${row.organisation_id} ${row.module_key}`, row]));
  return access.map((row: KnownAccess) => {
    const last = keptBy.get(`${row.organisationId} ${row.moduleKey}`) as KeptRow | undefined;
    const { kept_at: keptAt = null, kept_by: by = null } = last ?? {};
    return { ...row, validUntil: readEnd(row.validUntil), keptAt, keptBy: by };
  });
}

interface KeptRow {
  readonly organisation_id: string;
  readonly module_key: string;
  readonly kept_at: Date;
  readonly kept_by: string;
}

/** The last change of each access that was changed behind a moment. */
export async function changesSince(platform: Knex, since: Date): Promise<AccessChanged[]> {
  const { rows } = await platform.raw(
    `SELECT DISTINCT ON (organization_id, module_key) organization_id AS "organisationId", module_key AS "moduleKey",
            performed_at AS at, performed_by AS by
       FROM entitlement.entitlement_audits WHERE performed_at >= ?
      ORDER BY organization_id, module_key, performed_at DESC, id`,
    [since],
  );
  return rows;
}

export interface AccessChanged {
  readonly organisationId: string;
  readonly moduleKey: string;
  readonly at: Date;
  readonly by: string;
}
