import { Temporal } from 'temporal-polyfill';
import type { QuietHours, RecurringMaintenance } from '../ports.ts';
import type { Moment } from './moment.ts';
import { lastSlot } from './schedule-slots.ts';

/** A time in which somebody is at work on services, and nobody is told of them. */
export interface OpenMaintenance {
  /** Set where somebody announced it; absent: it stands in the configuration. */
  readonly id?: string;
  /** Why, or its name in the configuration. */
  readonly reason: string;
  readonly began: Date;
  readonly ends: Date;
  /** Undefined: all of them. */
  readonly services: readonly string[] | undefined;
  /** Who announced it. */
  readonly by?: string;
}

/** Those of the configuration's windows in which the moment lies. */
export function recurringNow(windows: readonly RecurringMaintenance[], { now, timeZone }: Moment): OpenMaintenance[] {
  return windows.flatMap(({ name, cron, forMs, services }) => {
    const began = lastSlot({ cron, timeZone }, now);
    const ends = began && new Date(began.getTime() + forMs);
    return ends && ends > now ? [{ reason: name, began, ends, services }] : [];
  });
}

export function isCovered(windows: readonly OpenMaintenance[], service: string): boolean {
  return windows.some(({ services }) => services === undefined || services.includes(service));
}

/**
 * Whether the moment lies in the quiet hours. They begin once and end once a day: where the clocks go back over one of the two,
 * at its first pass.
 */
export function isQuiet(hours: QuietHours | undefined, { now, timeZone }: Moment): boolean {
  if (!hours) return false;
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const at = (day: Temporal.PlainDate, time: string) =>
    day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
  const overMidnight = hours.from > hours.to;
  return [today.subtract({ days: 1 }), today].some((day) => {
    const end = at(overMidnight ? day.add({ days: 1 }) : day, hours.to);
    return at(day, hours.from) <= now.getTime() && now.getTime() < end;
  });
}
