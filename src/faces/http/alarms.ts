import type { Clock, Pager } from '../../ports.ts';
import type { Readiness } from './readiness.ts';

/** A database that is down for less is a restart, and wakes nobody. */
const PATIENCE_MS = 2 * 60_000;

const WATCHED = { platform: 'The platform’s database', ledger: 'CapOps’ own record (the ledger)' } as const;

/** Wakes somebody when a database is down for two minutes. To be told of each look at them. */
export function openAlarms(pager: Pager, clock: Clock): (seen: Pick<Readiness, keyof typeof WATCHED>) => void {
  const downSinceMs = new Map<string, number>();
  const look = (part: keyof typeof WATCHED, answers: boolean) => {
    if (answers) {
      downSinceMs.delete(part);
      pager.over(part, `${WATCHED[part]} answers again.`);
      return;
    }
    const nowMs = clock.now().getTime();
    const sinceMs = downSinceMs.get(part) ?? nowMs;
    downSinceMs.set(part, sinceMs);
    if (nowMs - sinceMs < PATIENCE_MS) return;
    const minutes = Math.floor((nowMs - sinceMs) / 60_000);
    pager.wake(part, `${WATCHED[part]} has not answered for ${minutes} minutes.`);
  };
  return ({ platform, ledger }) => {
    look('platform', platform);
    look('ledger', ledger);
  };
}
