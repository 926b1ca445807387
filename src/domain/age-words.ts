import { counted } from './counted.ts';

const HOUR_MS = 3_600_000;

/** How old something is, in the coarsest unit that says something: `4 minutes`, `26 hours`, `12 days`. */
export function ageWords(from: Date, now: Date): string {
  return lastingWords(Math.max(0, now.getTime() - from.getTime()));
}

/** How long something has lasted, in the same units. */
export function lastingWords(ms: number): string {
  if (ms < 2 * HOUR_MS) return counted(Math.floor(ms / 60_000), 'minute');
  if (ms < 48 * HOUR_MS) return counted(Math.floor(ms / HOUR_MS), 'hour');
  return counted(Math.floor(ms / (24 * HOUR_MS)), 'day');
}
