import { Temporal } from 'temporal-polyfill';
import type { RetentionRules } from '../ports.ts';

/** Which rule a backup's kind falls under. `unknown`: a later version of CapOps made it, and no rule of this one removes it. */
export type KindClass = 'scheduled' | 'manual' | 'safety' | 'unknown';

const SCHEDULED = new Set(['nightly', 'scheduled', 'hourly', 'daily', 'weekly', 'monthly']);

export function classOf(kind: string): KindClass {
  if (SCHEDULED.has(kind)) return 'scheduled';
  if (kind === 'manual') return 'manual';
  return kind === 'safety' || kind.startsWith('pre-') ? 'safety' : 'unknown';
}

/** For how many days a backup of the class stays, whatever else there is; undefined: its age does not matter. */
export function daysOf(kindClass: KindClass, { manualDays, safetyDays }: RetentionRules): number | undefined {
  return { manual: manualDays, safety: safetyDays, scheduled: undefined, unknown: undefined }[kindClass];
}

/**
 * The moment before which the rules never remove a new backup of this kind, for a lock in the storage; undefined: there
 * is none. Scheduled ones stay at least for as many days as there are daily ones, unless one of the same day follows.
 */
export function staysAtLeastUntil(
  { kind, takenAt }: { readonly kind: string; readonly takenAt: Date },
  { rules, timeZone }: { readonly rules: RetentionRules; readonly timeZone: string },
): Date | undefined {
  const kindClass = classOf(kind);
  const days = kindClass === 'scheduled' ? rules.daily : daysOf(kindClass, rules);
  return days ? daysAfter(takenAt, { days, timeZone }) : undefined;
}

/** So many calendar days later, at the same time of day in the zone. */
export function daysAfter(at: Date, { days, timeZone }: { readonly days: number; readonly timeZone: string }): Date {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  return new Date(zoned.add({ days }).epochMilliseconds);
}
