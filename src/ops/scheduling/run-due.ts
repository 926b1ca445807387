import { dueSlot } from '../../domain/schedule-slots.ts';
import { ScheduleSlot } from '../../models/schedule-slot.ts';
import { SchedulePause, ScheduleTiming } from '../../models/schedule-state.ts';
import type { ScheduleEntry } from '../../ports.ts';
import { runSlot } from './run-slot.ts';
import type { ScheduleDesk } from './schedule-work.ts';

/** A slot is claimed when somebody is free to run it, and no sooner: other replicas may be. */
const AT_ONCE = 4;

/**
 * Runs what the schedule says is due, and what an earlier run of it left to do. To be called every minute, on any number
 * of replicas at once. Once `stopping` is set nothing new is begun. Resolves when all that was begun here has come to an
 * end; rejects where the ledger did not answer: the next minute finds what is left.
 */
export async function runDue(desk: ScheduleDesk, stopping: AbortSignal): Promise<void> {
  const next = await openQueue(desk);
  const work = async () => {
    while (!stopping.aborted) {
      const claimed = await next();
      if (!claimed) return;
      await runSlot(desk, claimed, stopping);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const worker of ended) if (worker.status === 'rejected') throw worker.reason;
}

interface Claimed {
  readonly entry: ScheduleEntry;
  readonly slot: ScheduleSlot;
}

/** Claims one slot a call: first those that are due, then those that somebody began and did not finish. */
async function openQueue({ ports }: ScheduleDesk): Promise<() => Promise<Claimed | undefined>> {
  const { ledger } = ports.databases;
  const entries = ports.settings.policy?.schedule ?? [];
  if (entries.length === 0) return async () => undefined;
  const now = ports.clock.now();
  const [pauses, since] = await Promise.all([SchedulePause.all(ledger), ScheduleTiming.since(ledger, entries, now)]);
  const active = new Map(entries.filter(({ name }) => !pauses.has(name)).map((entry) => [entry.name, entry]));
  const due = [...active.values()].flatMap((entry) => {
    const slot = dueSlot(entry, { now, since: since.get(entry.name) ?? now });
    return slot ? [{ entry, slot }] : [];
  });
  const unclaimed = await ScheduleSlot.unclaimed(ledger, due);
  return async () => {
    for (let first = unclaimed.shift(); first; first = unclaimed.shift()) {
      const slot = await ScheduleSlot.begin(ledger, first.entry.name, first.slot);
      if (slot) return { entry: first.entry, slot };
    }
    const slot = await ScheduleSlot.takeUp(ledger, [...active.keys()]);
    const entry = slot && active.get(slot.entry);
    return entry && { entry, slot };
  };
}
