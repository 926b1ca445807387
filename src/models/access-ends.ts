import type { Knex } from 'knex';

/** Access to one module that has ended, or will. */
export interface AccessEnd {
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly moduleKey: string;
  readonly validUntil: Date;
}

/** `isOver`: its end has passed, by the platform's clock. */
export interface ComingEnd extends AccessEnd {
  readonly isOver: boolean;
}

// The columns hold UTC without a zone. What somebody wrote there by hand as infinite has no end to speak of.
const NOW = "timezone('UTC', now())";
const ENDED = `e.status = 'active' AND isfinite(e.valid_until) AND e.valid_until < ${NOW}`;
const COLUMNS = `e.organization_id AS "organisationId", o.code, o.name, e.module_key AS "moduleKey", e.valid_until AS "validUntil"`;

const ISO = `to_char(e.valid_until, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Active access whose end has passed, or comes by `until`. One statement, which reads the table once. */
export async function comingEnds(platform: Knex, until: Date): Promise<ComingEnd[]> {
  const { rows } = await platform.raw(
    `SELECT ${COLUMNS}, e.valid_until < ${NOW} AS "isOver"
       FROM entitlement.entitlements e JOIN public.organizations o ON o.id = e.organization_id
      WHERE e.status = 'active' AND isfinite(e.valid_until)
        AND e.valid_until < greatest(CAST(? AS timestamp), ${NOW})
      ORDER BY o.code, e.valid_until, e.module_key`,
    [until],
  );
  return rows;
}

/**
 * Lets at most `most` accesses expire whose end has passed, with the platform's own trace, in the caller's transaction.
 * What somebody else is changing at this moment is left to them: it may be extended by then.
 */
export async function expireEnded(
  trx: Knex.Transaction,
  { most, actorId, reason }: { most: number; actorId: string; reason: string },
): Promise<AccessEnd[]> {
  const { rows } = await trx.raw(
    `WITH due AS (
      SELECT e.id FROM entitlement.entitlements e JOIN public.organizations o ON o.id = e.organization_id
       WHERE ${ENDED} ORDER BY e.organization_id, e.module_key LIMIT :most FOR UPDATE OF e SKIP LOCKED),
    ended AS (
      UPDATE entitlement.entitlements e SET status = 'expired', updated_at = ${NOW}, updated_by = :actorId
        FROM due WHERE e.id = due.id AND ${ENDED}
      RETURNING e.*),
    traced AS (
      INSERT INTO entitlement.entitlement_audits
             (id, entitlement_id, organization_id, module_key, action, previous_value, new_value, performed_by, performed_at, reason)
      SELECT gen_random_uuid()::text, e.id, e.organization_id, e.module_key, 'updated',
             jsonb_build_object('status', 'active', 'validUntil', ${ISO}),
             jsonb_build_object('status', 'expired', 'validUntil', ${ISO}), :actorId, ${NOW}, :reason
        FROM ended e)
    SELECT ${COLUMNS} FROM ended e JOIN public.organizations o ON o.id = e.organization_id ORDER BY o.code, e.module_key`,
    { most, actorId, reason },
  );
  return rows;
}

/** What a run let expire, as the platform's trace has it. */
export async function expiredBy(platform: Knex, run: { actorId: string; runId: string }): Promise<AccessEnd[]> {
  const { rows } = await platform.raw(
    `SELECT a.organization_id AS "organisationId", o.code, o.name, a.module_key AS "moduleKey",
            CAST(a.new_value ->> 'validUntil' AS timestamptz) AS "validUntil"
       FROM entitlement.entitlement_audits a JOIN public.organizations o ON o.id = a.organization_id
      WHERE a.performed_by = ? AND a.reason LIKE ?
      ORDER BY o.code, a.module_key`,
    [run.actorId, `%[run ${run.runId}]`],
  );
  return rows;
}
