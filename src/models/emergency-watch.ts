import type { Knex } from 'knex';

/** Up to which change of the emergency organisation’s rows CapOps has looked; undefined: it never has. */
export async function seenUntil(ledger: Knex): Promise<Date | undefined> {
  const { rows } = await ledger.raw('SELECT seen_until AS "seenUntil" FROM emergency_watch');
  return rows[0]?.seenUntil ?? undefined;
}

/** Whoever looks later begins behind this change. */
export async function noteSeen(ledger: Knex, changedAt: Date | null): Promise<void> {
  await ledger.raw("UPDATE emergency_watch SET seen_until = coalesce(?, seen_until, 'epoch')", [changedAt]);
}
