import { Temporal } from 'temporal-polyfill';
import { showDay } from './end-date.ts';

// restic's `forget`, as it was until 0.15: no slot for the very oldest.

export type SlotRule = 'last' | 'daily' | 'weekly' | 'monthly';

/** How many each rule keeps; absent or 0: the rule keeps none. */
export type SlotCounts = Readonly<Partial<Record<SlotRule, number>>>;

/** What one rule says of one backup. */
export interface SlotVerdict {
  readonly rule: SlotRule;
  readonly count: number;
  /** The backup's period in words: `Sunday 25 Jan 2026`, `the week of Monday 19 Jan 2026`, `January 2026`. */
  readonly period: string;
  /** The number of the slot that it takes, from 1; `newer`: a newer one of its period has it; `full`: newer periods have all. */
  readonly slot: number | 'newer' | 'full';
}

/** A period: what tells it from the others, and its words. */
interface Period {
  readonly key: string;
  readonly words: string;
}

/**
 * Gives each rule's slots away: from the newest on, one to each period of the zone's calendar (day, ISO week, month)
 * that has a backup, until the rule's count is used up. Periods without one do not count.
 * The order given is the order of age. Each item's verdicts come in the order of the counts.
 */
export function slotsOf<T extends { readonly takenAt: Date }>(
  newestFirst: readonly T[],
  counts: SlotCounts,
  timeZone: string,
): Map<T, SlotVerdict[]> {
  const rules = (Object.entries(counts) as [SlotRule, number][]).filter(([, count]) => count > 0);
  // What a zone makes of a moment is what costs here.
  const needsDays = rules.some(([rule]) => rule !== 'last');
  const lastKept = new Map<SlotRule, string>();
  const taken = new Map<SlotRule, number>();
  return new Map(
    newestFirst.map((item, place) => {
      const day = needsDays ? dayOf(item.takenAt, timeZone) : undefined;
      const verdicts = rules.map(([rule, count]): SlotVerdict => {
        const { key, words } = rule === 'last' || !day ? { key: String(place), words: '' } : PERIODS[rule](day);
        const verdict = { rule, count, period: words };
        if (lastKept.get(rule) === key) return { ...verdict, slot: 'newer' };
        const slot = (taken.get(rule) ?? 0) + 1;
        if (slot > count) return { ...verdict, slot: 'full' };
        lastKept.set(rule, key);
        taken.set(rule, slot);
        return { ...verdict, slot };
      });
      return [item, verdicts];
    }),
  );
}

const PERIODS: Readonly<Record<Exclude<SlotRule, 'last'>, (day: Temporal.PlainDate) => Period>> = {
  daily: (day) => ({ key: day.toString(), words: weekdayAndDay(day) }),
  weekly: (day) => {
    const monday = day.subtract({ days: day.dayOfWeek - 1 });
    return { key: monday.toString(), words: `the week of ${weekdayAndDay(monday)}` };
  },
  monthly: (day) => {
    const month = day.toPlainYearMonth();
    return { key: month.toString(), words: `${MONTHS[month.month - 1]} ${month.year}` };
  },
};

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

function weekdayAndDay(day: Temporal.PlainDate): string {
  return `${WEEKDAYS[day.dayOfWeek - 1]} ${showDay(day)}`;
}

function dayOf(instant: Date, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
}
