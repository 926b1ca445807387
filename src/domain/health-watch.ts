import type { HealthState } from './health.ts';

/** What a look that can be judged came to. */
export type Condition = Exclude<HealthState, 'note'>;

/** Further apart, two looks are not one after the other. */
const GAP_MS = 3.5 * 60_000;
/** What comes and goes so often within this time is flapping, until it was steady for as long. */
const FLAPPING_MS = 15 * 60_000;
const MOST_CHANGES = 4;
const MOST_TURNS = 6;

/** How a service is, told from many looks. Times in ms since 1970, so that it can be kept as JSON. */
export interface Watched {
  /** What counts: seen by two looks in a row; the milder of the two where neither was healthy. */
  readonly settled: Condition;
  /** The first look of those that settled it. */
  readonly sinceMs: number;
  readonly last: Condition;
  readonly lastMs: number;
  /** The first of the looks in a row, without a gap, that saw what the last one saw. */
  readonly lastSinceMs: number;
  /** The first of the looks in a row, without a gap, that were healthy as the last one, or were not as the last one. */
  readonly sideSinceMs: number;
  /** When it became healthy, or no longer was, so that it counted; within the last 15 minutes. */
  readonly changes: readonly number[];
  /** The same by single looks. */
  readonly turns: readonly number[];
  readonly isFlapping: boolean;
  /** Why it is not healthy, without its numbers; and whether the look before said the same. */
  readonly reason: string | undefined;
  readonly isReasonSteady: boolean;
}

export interface Look {
  readonly atMs: number;
  readonly state: Condition;
  readonly says: string;
}

/**
 * What another look makes of a service. One that was never looked at counts as healthy. After a gap, or where the clock went
 * back, it takes two looks again.
 */
export function watchOn(before: Watched | undefined, { atMs, state, says }: Look): Watched {
  const known = before ?? unseen(atMs);
  const isInRow = before !== undefined && atMs > known.lastMs && atMs - known.lastMs <= GAP_MS;
  const isSame = isInRow && state === known.last;
  const isSameSide = isInRow && isHealthy(state) === isHealthy(known.last);
  const settled = settledBy(known, { state, isSame, isSameSide });
  const sideSinceMs = isSameSide ? known.sideSinceMs : atMs;
  const recent = (moments: readonly number[], more: boolean) =>
    [...moments, ...(more ? [atMs] : [])].filter((ms) => ms <= atMs && atMs - ms < FLAPPING_MS);
  const turns = recent(known.turns, isInRow && !isSameSide);
  const changes = recent(known.changes, isHealthy(settled) !== isHealthy(known.settled));
  const flaps = changes.length >= MOST_CHANGES || turns.length >= MOST_TURNS;
  const reason = isHealthy(state) ? undefined : reasonOf(says);
  return {
    settled,
    sinceMs: settled === known.settled ? Math.min(known.sinceMs, atMs) : known.lastSinceMs,
    ...{ last: state, lastMs: atMs, lastSinceMs: isSame ? known.lastSinceMs : atMs, sideSinceMs },
    ...{ changes, turns },
    isFlapping: known.isFlapping ? atMs - sideSinceMs < FLAPPING_MS : flaps,
    reason,
    isReasonSteady: isSame && reason === known.reason,
  };
}

function settledBy(
  { settled }: Watched,
  { state, isSame, isSameSide }: { state: Condition; isSame: boolean; isSameSide: boolean },
): Condition {
  if (isSame) return state;
  return isSameSide && isHealthy(settled) ? 'degraded' : settled;
}

function isHealthy(state: Condition): boolean {
  return state === 'healthy';
}

/** How it is to be shown. */
export function shownOf({ isFlapping, settled }: Watched): Condition | 'flapping' {
  return isFlapping ? 'flapping' : settled;
}

/** The same words are the same reason, whatever numbers stand in them. */
export function reasonOf(says: string): string {
  return says.replaceAll(/\d[\d.,:]*/g, '#');
}

function unseen(atMs: number): Watched {
  return {
    ...{ settled: 'healthy', last: 'healthy' },
    ...{ sinceMs: atMs, lastMs: atMs, lastSinceMs: atMs, sideSinceMs: atMs },
    ...{ changes: [], turns: [], isFlapping: false, reason: undefined, isReasonSteady: false },
  };
}
