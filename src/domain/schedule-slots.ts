import { Cron } from 'croner';

// node-cron tells only what comes; croner also what was the last before, the same in both directions.

/** When something is due. */
export interface Timing {
  /** Five fields. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
}

const SECOND_MS = 1000;
const ALLOWED = 'a cron expression of five fields (minute, hour, day, month, day of the week), such as 0 9 * * 1';

/** What is allowed instead of this cron expression; undefined: it is one, and there is a time that it means. */
export function cronFault(cron: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) return ALLOWED;
  try {
    const comes = clockwork({ cron, timeZone: 'UTC' }).nextRun(new Date(0));
    return comes ? undefined : `${ALLOWED}; this one never comes`;
  } catch (error) {
    const found = (error as Error).message.replace(/^CronPattern: /, '');
    return `${ALLOWED} (${found})`;
  }
}

/**
 * The slot that is due: the last one at or before `now`, unless it is older than the entry may catch up, or than `since`,
 * when the entry began. Whether it has had its run already is for the ledger to say.
 */
export function dueSlot(
  entry: Timing & { readonly catchUpMs: number },
  { now, since }: { now: Date; since: Date },
): Date | undefined {
  const slot = lastSlot(entry, now);
  if (!slot || slot < since || isTooLate(entry, { slot, now })) return undefined;
  return slot;
}

export function isTooLate({ catchUpMs }: { readonly catchUpMs: number }, at: { slot: Date; now: Date }): boolean {
  return at.now.getTime() - at.slot.getTime() > catchUpMs;
}

/**
 * The last slot at or before a moment. Where the clocks go forward over a fixed time of day, it is the first moment
 * after; where they go back, a fixed time of day is its first pass only.
 */
export function lastSlot(timing: Timing, now: Date): Date | undefined {
  // croner wants a moment behind the slot, and counts in whole seconds.
  const behind = new Date((Math.floor(now.getTime() / SECOND_MS) + 1) * SECOND_MS);
  return clockwork(timing).previousRuns(1, behind)[0];
}

/** The first slot after a moment. */
export function nextSlot(timing: Timing, now: Date): Date | undefined {
  return clockwork(timing).nextRun(now) ?? undefined;
}

function clockwork({ cron, timeZone }: Timing): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', fixedTimeRule: 'no-wildcard' });
}
