import type { Knex } from 'knex';
import { EMERGENCY_CODE, type EmergencyTrace } from '../domain/emergency.ts';
import { readEnd } from './entitlement.ts';

/** What the platform lets its emergency organisation do now, by the platform’s clock. */
export interface EmergencySight {
  readonly organisationId: string;
  readonly name: string;
  /** Undefined: nothing. */
  readonly open: { readonly moduleKeys: readonly string[]; readonly until: Date | null } | undefined;
  /** The newest change of any of its rows, and by whom; null: it never had any. */
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
  /** What the platform’s clock says. */
  readonly now: Date;
}

// The columns hold UTC without a zone.
const NOW = "timezone('UTC', now())";
const OPEN = `e.status = 'active' AND (e.valid_until IS NULL OR e.valid_until >= ${NOW})`;

/** One statement, which reads no more than the organisation’s own rows. Undefined: there is no such organisation. */
export async function sightOfEmergency(platform: Knex): Promise<EmergencySight | undefined> {
  const { rows } = await platform.raw(
    `SELECT o.id AS "organisationId", o.name, ${NOW} AS now, max(e.updated_at) AS "changedAt",
            (array_agg(e.updated_by ORDER BY e.updated_at DESC))[1] AS "changedBy",
            array_agg(e.module_key ORDER BY e.module_key) FILTER (WHERE ${OPEN}) AS "moduleKeys",
            bool_or(e.valid_until IS NULL OR NOT isfinite(e.valid_until)) FILTER (WHERE ${OPEN}) AS "isEndless",
            max(e.valid_until) FILTER (WHERE ${OPEN} AND isfinite(e.valid_until)) AS until
       FROM public.organizations o LEFT JOIN entitlement.entitlements e ON e.organization_id = o.id
      WHERE o.code = ? GROUP BY o.id, o.name`,
    [EMERGENCY_CODE],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { moduleKeys, isEndless, until, ...sight } = row;
  return { ...sight, open: moduleKeys ? { moduleKeys, until: isEndless ? null : until } : undefined };
}

/** The platform’s audit of the emergency organisation behind a moment, the oldest first. It reads all of that audit. */
export async function trailOfEmergency(
  platform: Knex,
  { organisationId, since }: { organisationId: string; since: Date | undefined },
): Promise<EmergencyTrace[]> {
  const { rows } = await platform.raw(
    `SELECT module_key AS "moduleKey", performed_by AS by, performed_at AS at, reason, new_value ->> 'status' AS status,
            CAST(new_value ->> 'validUntil' AS timestamptz) AS until
       FROM entitlement.entitlement_audits
      WHERE organization_id = ? AND performed_at > coalesce(CAST(? AS timestamp), '-infinity')
      ORDER BY performed_at, id`,
    [organisationId, since ?? null],
  );
  return rows.map((row: EmergencyTrace) => ({ ...row, until: readEnd(row.until) }));
}
