import { Temporal } from 'temporal-polyfill';
import { readDay } from './end-date.ts';
import type { Moment } from './moment.ts';

/** What `readPastMoment` understands, for messages. */
export const PAST_MOMENT_FORMS = '2026-11-01, 1 Nov 2026, today, yesterday, 36 hours, 7 days';

/** Reads where a look back begins: a day begins at its midnight in the moment's zone. Undefined: not understood. */
export function readPastMoment(text: string, { now, timeZone }: Moment): Date | undefined {
  const typed = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  const ago = /^(\d{1,4}) ?(h|hours?|d|days?|w|weeks?)(?: ago)?$/.exec(typed);
  if (ago) return new Date(here.subtract({ [UNITS[ago[2]?.[0] ?? ''] ?? 'days']: Number(ago[1]) }).epochMilliseconds);
  const today = here.toPlainDate();
  const day = typed === 'yesterday' ? today.subtract({ days: 1 }) : readDay(typed, today);
  return day && Temporal.PlainDate.compare(day, today) <= 0
    ? new Date(day.toZonedDateTime(timeZone).epochMilliseconds)
    : undefined;
}

/** Reads a time of day, `02:30`, as the last such moment in the moment's zone. Undefined: not understood. */
export function readTimeOfDay(text: string, { now, timeZone }: Moment): Date | undefined {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hour === undefined) return undefined;
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  const today = here.withPlainTime({ hour: Number(hour), minute: Number(minute) });
  const last = Temporal.ZonedDateTime.compare(today, here) <= 0 ? today : today.subtract({ days: 1 });
  return new Date(last.epochMilliseconds);
}

const UNITS: Readonly<Record<string, string>> = { h: 'hours', d: 'days', w: 'weeks' };

/** The midnight with which last month began, in the moment's zone. */
export function beginOfLastMonth(moment: Moment): Date {
  return beginOfMonth(moment, 1);
}

/** The midnight with which this month began, or one before it. */
export function beginOfMonth({ now, timeZone }: Moment, monthsAgo = 0): Date {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const first = today.with({ day: 1 }).subtract({ months: monthsAgo });
  return new Date(first.toZonedDateTime(timeZone).epochMilliseconds);
}
