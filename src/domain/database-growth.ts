import { Temporal } from 'temporal-polyfill';
import { showDay } from './end-date.ts';

/** A database’s size on a day. */
export interface DaySize {
  /** `2026-11-22`. */
  readonly day: string;
  readonly bytes: number;
}

/** The same, with its tables’. */
export interface NotedSizes extends DaySize {
  readonly tables: readonly { readonly name: string; readonly bytes: number }[];
}

/** How a database has grown since a day on which its sizes were noted. */
export interface Growth {
  readonly since: string;
  /** Negative where it shrank. */
  readonly bytes: number;
  /** By the tables’ names; those that were not there then have grown by all they are. */
  readonly byTable: Readonly<Record<string, number>>;
  /** At most so many days as a chart has places, the oldest first, the last one today. */
  readonly history: readonly DaySize[];
}

const MONTH_DAYS = 28;
const PLACES = 20;

/** The day to compare with: the last one that is a month ago, or else the first there is before today. */
export function dayBefore(days: readonly DaySize[], today: string): string | undefined {
  const monthAgo = Temporal.PlainDate.from(today).subtract({ days: MONTH_DAYS }).toString();
  const earlier = days.map(({ day }) => day).filter((day) => day < today);
  return earlier.findLast((day) => day <= monthAgo) ?? earlier[0];
}

/** `22 Nov 2026`. */
export function showNotedDay(day: string): string {
  return showDay(Temporal.PlainDate.from(day));
}

/** `before` are the sizes of an earlier day, `days` everything that is known of the whole. */
export function growthOf(now: NotedSizes, before: NotedSizes, days: readonly DaySize[]): Growth {
  const then = new Map(before.tables.map(({ name, bytes }) => [name, bytes]));
  return {
    since: before.day,
    bytes: now.bytes - before.bytes,
    byTable: Object.fromEntries(now.tables.map(({ name, bytes }) => [name, bytes - (then.get(name) ?? 0)])),
    history: spread([...days.filter(({ day }) => day < now.day), { day: now.day, bytes: now.bytes }]),
  };
}

/** As many as fit, evenly over the whole stretch, the first and the last among them. */
function spread(days: readonly DaySize[]): DaySize[] {
  if (days.length <= PLACES) return [...days];
  const step = (days.length - 1) / (PLACES - 1);
  return Array.from({ length: PLACES }, (_, place) => days[Math.round(place * step)]).filter(
    (day) => day !== undefined,
  );
}
