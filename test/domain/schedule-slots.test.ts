import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { dueSlot, lastSlot, nextSlot } from '../../src/domain/schedule-slots.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const BEGIN = Date.UTC(2026, 0, 1);
const END = Date.UTC(2027, 0, 1);

/** Zones with every kind of change: in the night, at midnight, by half an hour, around a religious month, none. */
const ZONES = [
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kolkata',
];

/** Every minute around a change of the clocks, and every six hours besides, through a year. */
function* looks(timeZone: string): Generator<Date> {
  const changes: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(BEGIN).toZonedDateTimeISO(timeZone);
  for (let next = at.getTimeZoneTransition('next'); next; next = at.getTimeZoneTransition('next')) {
    if (next.epochMilliseconds > END) break;
    changes.push(next.epochMilliseconds);
    at = next;
  }
  const near = (ms: number) => changes.some((change) => Math.abs(change - ms) <= 3 * HOUR_MS);
  for (let ms = BEGIN; ms < END; ms += MINUTE_MS) if (ms % (6 * HOUR_MS) === 0 || near(ms)) yield new Date(ms);
}

/** The day's one moment at this time of day: the first pass where there are two, the first moment after where there is none. */
function expectedSlot(day: Temporal.PlainDate, time: Temporal.PlainTime, timeZone: string): number {
  const wall = day.toPlainDateTime(time);
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  return earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? 0;
}

function expectedSlots(time: Temporal.PlainTime, timeZone: string): number[] {
  const first = Temporal.PlainDate.from('2025-12-31');
  const days = Array.from({ length: 368 }, (_, count) => first.add({ days: count }));
  return days.map((day) => expectedSlot(day, time, timeZone));
}

describe.each(ZONES)('through a year in %s', (timeZone) => {
  test.each(['00:00', '01:30', '02:15'])('what is due at %s runs once a day, at its time', (clock) => {
    const time = Temporal.PlainTime.from(clock);
    const entry = { cron: `${time.minute} ${time.hour} * * *`, timeZone, catchUpMs: 24 * HOUR_MS };
    const expected = expectedSlots(time, timeZone);
    const ran = new Set<number>();
    for (const now of looks(timeZone)) {
      const slot = dueSlot(entry, { now, since: new Date(BEGIN) });
      if (!slot) continue;
      expect(slot <= now).toBe(true);
      ran.add(slot.getTime());
    }
    expect([...ran]).toEqual(expected.filter((slot) => slot >= BEGIN && slot <= END - 6 * HOUR_MS));
  });
});

describe('a slot', () => {
  const daily = { cron: '0 2 * * *', timeZone: 'Europe/London', catchUpMs: HOUR_MS };
  const since = new Date('2026-01-01T00:00:00Z');
  const due = (now: string, from = since) => dueSlot(daily, { now: new Date(now), since: from })?.toISOString();

  test('is due from its moment on, for as long as the entry catches up', () => {
    expect(due('2026-01-10T01:59:59.999Z')).toBe(undefined);
    for (const now of ['2026-01-10T02:00:00.000Z', '2026-01-10T02:00:00.400Z', '2026-01-10T03:00:00.000Z']) {
      expect(due(now)).toBe('2026-01-10T02:00:00.000Z');
    }
    expect(due('2026-01-10T03:00:00.001Z')).toBe(undefined);
  });

  test('is none before the entry began', () => {
    expect(due('2026-01-10T02:10:00Z', new Date('2026-01-10T02:00:01Z'))).toBe(undefined);
    expect(due('2026-01-10T02:10:00Z', new Date('2026-01-10T02:00:00Z'))).toBe('2026-01-10T02:00:00.000Z');
  });

  test('that the clocks jump over is due at the first moment after', () => {
    const gap = { cron: '30 1 * * *', timeZone: 'Europe/London' };
    expect(lastSlot(gap, new Date('2026-03-29T01:00:00Z'))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
    expect(lastSlot(gap, new Date('2026-03-29T00:59:59Z'))?.toISOString()).toBe('2026-03-28T01:30:00.000Z');
    expect(nextSlot(gap, new Date('2026-03-29T00:59:59Z'))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
  });

  test('every quarter of an hour goes on through the hour that comes twice', () => {
    const often = { cron: '*/15 * * * *', timeZone: 'Europe/London' };
    const from = Date.UTC(2026, 9, 25);
    const slots = new Set<number | undefined>();
    for (let minute = 0; minute < 180; minute++)
      slots.add(lastSlot(often, new Date(from + minute * MINUTE_MS))?.getTime());
    expect([...slots]).toEqual(Array.from({ length: 12 }, (_, count) => from + count * 15 * MINUTE_MS));
  });
});
