import { Temporal } from 'temporal-polyfill';
import type { Moment } from './moment.ts';

/** What `readEndDate` understands, for messages. */
export const END_DATE_FORMS = '2030-12-31, 31 Dec 2030, in 30 days, end of month';

/** Years of five digits, which the database does not read, are far off then. */
const MOST_YEARS = 1000;

/** Thrown by `readEndDate`; the message is for the asker. */
export class EndDateError extends RangeError {}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAMES =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const DATE_WORD = new RegExp(
  `^(?:\\d{1,2}(?:st|nd|rd|th)?,?|\\d{4}|\\d{4}-\\d{1,2}-\\d{1,2}|(?:${MONTH_NAMES})\\.?,?|in|an?|end|of|the|this|next|today|tomorrow|days?|weeks?|months?|years?)$`,
  'i',
);

/** Whether a word can be part of an end date, so that `until 31 Dec 2026 work` ends the date before `work`. */
export function isEndDateWord(word: string): boolean {
  return DATE_WORD.test(word);
}

/**
 * Reads the last day of access, inclusive, in the moment's zone.
 * Returns that day's last millisecond. Throws EndDateError when it is no date, lies in the past, or is hardly meant.
 */
export function readEndDate(text: string, moment: Moment): Date {
  const today = Temporal.Instant.fromEpochMilliseconds(moment.now.getTime())
    .toZonedDateTimeISO(moment.timeZone)
    .toPlainDate();
  const day = readDay(text.trim().toLowerCase().replaceAll(/\s+/g, ' '), today);
  if (!day) {
    throw new EndDateError(
      `“${text.trim()}” is not a date that CapOps understands. Write it like one of these: ${END_DATE_FORMS}.`,
    );
  }
  if (Temporal.PlainDate.compare(day, today) < 0) {
    throw new EndDateError(
      `${showDay(day)} has already passed (today is ${showDay(today)}, ${moment.timeZone}). Give the last day of access, today or later.`,
    );
  }
  if (day.year > today.year + MOST_YEARS) {
    const limit = MOST_YEARS.toLocaleString('en-GB');
    throw new EndDateError(
      `${showDay(day)} is more than ${limit} years ahead. For access without an end, leave the day out.`,
    );
  }
  return endOfDay(day, moment.timeZone);
}

/** A day as people write it, in lower case with single spaces; undefined: not understood. */
export function readDay(text: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  if (text === 'today') return today;
  if (text === 'tomorrow') return today.add({ days: 1 });
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso) return plainDate(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const named = new RegExp(`^(\\d{1,2})(?:st|nd|rd|th)? (${MONTH_NAMES})\\.?,? (\\d{4})$`).exec(text);
  if (named) return plainDate(Number(named[3]), monthNumber(named[2] ?? ''), Number(named[1]));
  const american = new RegExp(`^(${MONTH_NAMES})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})$`).exec(text);
  if (american) return plainDate(Number(american[3]), monthNumber(american[1] ?? ''), Number(american[2]));
  const relative = /^in (\d{1,4}|an?) (day|week|month|year)s?$/.exec(text);
  if (relative) return today.add({ [`${relative[2]}s`]: /^an?$/.test(relative[1] ?? '') ? 1 : Number(relative[1]) });
  const end = /^end of (?:the |this )?(next )?(month|year)$/.exec(text);
  if (end) return endOf(end[2] as 'month' | 'year', end[1] ? 1 : 0, today);
  return undefined;
}

function plainDate(year: number, month: number, day: number): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

function monthNumber(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3)) + 1;
}

function endOf(unit: 'month' | 'year', periodsAhead: number, today: Temporal.PlainDate): Temporal.PlainDate {
  const within = today.add({ [`${unit}s`]: periodsAhead });
  const month = unit === 'year' ? within.with({ month: 12 }) : within;
  return month.with({ day: month.daysInMonth });
}

function endOfDay(day: Temporal.PlainDate, timeZone: string): Date {
  const next = day.add({ days: 1 }).toZonedDateTime(timeZone);
  return new Date(next.epochMilliseconds - 1);
}

/** `31 Dec 2026`. */
export function showDay(day: Temporal.PlainDate): string {
  const month = MONTHS[day.month - 1] ?? '';
  return `${day.day} ${month.charAt(0).toUpperCase()}${month.slice(1)} ${day.year}`;
}

/** The calendar day in a zone: `31 Dec 2026`. */
export function showDate(instant: Date, timeZone: string): string {
  return showDay(zoned(instant, timeZone).toPlainDate());
}

/** Day and time of day with the zone: `31 Dec 2026, 14:05 Europe/London`. */
export function showTime(instant: Date, timeZone: string): string {
  const at = zoned(instant, timeZone);
  return `${showDay(at.toPlainDate())}, ${at.toPlainTime().toString({ smallestUnit: 'minute' })} ${timeZone}`;
}

/** An end of access: the day alone where access lasts to its end, else with the time of day. */
export function showEnd(end: Date, timeZone: string): string {
  const wholeDay = endOfDay(zoned(end, timeZone).toPlainDate(), timeZone).getTime() === end.getTime();
  return wholeDay ? showDate(end, timeZone) : showTime(end, timeZone);
}

/** The calendar day in a zone as `2026-12-31`, which `readEndDate` reads back. */
export function isoDate(instant: Date, timeZone: string): string {
  return zoned(instant, timeZone).toPlainDate().toString();
}

function zoned(instant: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
}
