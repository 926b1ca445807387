import type { Knex } from 'knex';
import type { AccessEnd } from './access-ends.ts';

/** An end of access of which people are to be reminded; `days`: which of the configured reminders. */
export interface Reminded extends Pick<AccessEnd, 'organisationId' | 'moduleKey' | 'validUntil'> {
  readonly days: number;
}

const WANTED = `unnest(CAST(:organisations AS text[]), CAST(:modules AS text[]), CAST(:ends AS timestamptz[]), CAST(:days AS integer[]))
  AS wanted (organisation_id, module_key, valid_until, days)`;
const SAME_END =
  '(organisation_id, module_key, valid_until) = (wanted.organisation_id, wanted.module_key, wanted.valid_until)';
const OPEN = `NOT EXISTS (SELECT FROM agreed_ends WHERE ${SAME_END})`;

/**
 * SQL that is true where some of these have not been told, for one statement that asks several things; its bindings are
 * those of `remindedBindings`.
 */
export const SOMEBODY_TO_REMIND = `EXISTS (SELECT FROM ${WANTED} WHERE ${OPEN} AND NOT EXISTS (
  SELECT FROM access_reminders WHERE ${SAME_END} AND access_reminders.days = wanted.days AND told_at IS NOT NULL))`;

export function remindedBindings(wanted: readonly Reminded[]) {
  return {
    organisations: wanted.map(({ organisationId }) => organisationId),
    modules: wanted.map(({ moduleKey }) => moduleKey),
    ends: wanted.map(({ validUntil }) => validUntil),
    days: wanted.map(({ days }) => days),
  };
}

/**
 * Claims reminders of ends that nobody has agreed to, and returns those of which nobody was told: new ones, and those that
 * somebody claimed who could not tell them.
 */
export async function claimReminders(ledger: Knex, wanted: readonly Reminded[]): Promise<Reminded[]> {
  const bindings = remindedBindings(wanted);
  await ledger.raw(
    `INSERT INTO access_reminders (organisation_id, module_key, valid_until, days, claimed_at)
     SELECT organisation_id, module_key, valid_until, days, clock_timestamp() FROM ${WANTED} WHERE ${OPEN}
     ON CONFLICT DO NOTHING`,
    bindings,
  );
  const { rows } = await ledger.raw(
    `SELECT organisation_id AS "organisationId", module_key AS "moduleKey", valid_until AS "validUntil", days
       FROM access_reminders JOIN ${WANTED} USING (organisation_id, module_key, valid_until, days)
      WHERE told_at IS NULL AND ${OPEN}`,
    bindings,
  );
  return rows;
}

/** People have heard of these. */
export async function remindersWereTold(ledger: Knex, told: readonly Reminded[]): Promise<void> {
  await ledger.raw(
    `UPDATE access_reminders SET told_at = clock_timestamp() FROM ${WANTED} WHERE access_reminders.days = wanted.days
        AND (access_reminders.organisation_id, access_reminders.module_key, access_reminders.valid_until)
          = (wanted.organisation_id, wanted.module_key, wanted.valid_until)`,
    remindedBindings(told),
  );
}
