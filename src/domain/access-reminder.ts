import { Temporal } from 'temporal-polyfill';
import type { Moment } from './moment.ts';

/** Nobody is reminded before this hour of the day. */
const FROM_HOUR = 8;

/** A reminder that is due. */
export interface DueReminder {
  /** Which of the configured ones. */
  readonly days: number;
  /** Days from today to the last day of access; 0: it is today. */
  readonly daysLeft: number;
}

/** The reminder that is due about an end of access; undefined: none is, or the access is over. */
type Reminding = (end: Date) => DueReminder | undefined;

/**
 * Says of each end which reminder is due: the nearest to it whose day has come, from 08:00 of the moment's zone on. Who was not
 * there for some days is told once, not once for each. Many end on the same day, so that each is worked out once.
 */
export function remindingAt(daysBefore: readonly number[], moment: Moment): Reminding {
  const known = new Map<number, DueReminder | undefined>();
  return (end) => {
    const ms = end.getTime();
    if (!known.has(ms)) known.set(ms, dueReminder(end, daysBefore, moment));
    return known.get(ms);
  };
}

function dueReminder(end: Date, daysBefore: readonly number[], { now, timeZone }: Moment): DueReminder | undefined {
  if (end.getTime() < now.getTime()) return undefined;
  const here = zoned(now, timeZone);
  const lastDay = zoned(end, timeZone).toPlainDate();
  const today = here.toPlainDate();
  const daysLeft = today.until(lastDay, { largestUnit: 'day' }).days;
  const come = daysBefore.filter((days) => days > daysLeft || (days === daysLeft && here.hour >= FROM_HOUR));
  return come.length === 0 ? undefined : { days: Math.min(...come), daysLeft };
}

/** The farthest end about which somebody is to be reminded by now. */
export function remindedUntil(daysBefore: readonly number[], { now }: Moment): Date {
  return new Date(now.getTime() + (Math.max(0, ...daysBefore) + 1) * 86_400_000);
}

function zoned(instant: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
}
