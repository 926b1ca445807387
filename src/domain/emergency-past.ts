import { type EmergencyTrace, isLater, MOST_HOURS } from './emergency.ts';

const HOUR_MS = 3_600_000;
/** What ended longer ago is another emergency. */
const APART_MS = MOST_HOURS * HOUR_MS;

/** What became of one module at a moment. */
export type ModuleTrace = Pick<EmergencyTrace, 'moduleKey' | 'at' | 'status' | 'until'>;

/** A time in which some module was open, without a break; null: it has no end. */
export interface Stretch {
  readonly from: Date;
  readonly until: Date | null;
}

/** When emergency access was open, and will be, in order. */
export function stretchesIn(trail: readonly ModuleTrace[]): Stretch[] {
  const inOrder = trail.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const all = [...Map.groupBy(inOrder, ({ moduleKey }) => moduleKey).values()].flatMap(stretchesOfModule);
  const stretches: Stretch[] = [];
  for (const next of all.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    const last = stretches.at(-1);
    if (!last || (last.until && last.until < next.from)) stretches.push(next);
    else if (isLater(next.until, last.until)) stretches[stretches.length - 1] = { from: last.from, until: next.until };
  }
  return stretches;
}

function stretchesOfModule(trail: readonly ModuleTrace[]): Stretch[] {
  return trail.flatMap(({ at, status, until }, index) => {
    if (status !== 'active' || (until && until <= at)) return [];
    const changed = trail[index + 1]?.at;
    return [{ from: at, until: changed && isLater(until, changed) ? changed : until }];
  });
}

/** For how long it was open until now, in all; what is less than a day apart counts together. */
export function openMsUntil(stretches: readonly Stretch[], now: Date): number {
  let nextMs = now.getTime();
  let openMs = 0;
  for (const { from, until } of stretches.filter((one) => one.from < now).toReversed()) {
    const endMs = Math.min(until?.getTime() ?? Number.POSITIVE_INFINITY, nextMs);
    if (nextMs - endMs >= APART_MS) break;
    openMs += endMs - from.getTime();
    nextMs = from.getTime();
  }
  return openMs;
}

/** For how many whole hours it may be given from now on without a second person. */
export function hoursLeft(openMs: number): number {
  return Math.max(0, Math.floor(MOST_HOURS - openMs / HOUR_MS));
}

/** When it ended last. */
export function lastEndBefore(stretches: readonly Stretch[], now: Date): Date | undefined {
  return stretches.findLast(({ until }) => until && until < now)?.until ?? undefined;
}
