import type { Knex } from 'knex';
import { ScheduleSlot } from './schedule-slot.ts';

/** The last slot of each of these entries before a moment that ended so, by entry. */
export async function lastSlots(
  ledger: Knex,
  entries: readonly string[],
  { before, states = ['done', 'failed'] }: { readonly before: Date; readonly states?: ScheduleSlot['state'][] },
): Promise<Map<string, Pick<ScheduleSlot, 'slot' | 'state' | 'runId'>>> {
  const slots = await ScheduleSlot.query(ledger)
    .distinctOn('entry')
    .select('entry', 'slot', 'state', 'run_id')
    .whereIn('entry', [...entries])
    .whereIn('state', states)
    .where('slot', '<', before)
    .orderBy([{ column: 'entry' }, { column: 'slot', order: 'desc' }]);
  return new Map(slots.map((slot) => [slot.entry, slot]));
}
