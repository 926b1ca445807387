import { describe, expect, test } from 'vitest';
import { remindedUntil, remindingAt } from '../../src/domain/access-reminder.ts';

const DAYS = [30, 7, 1];
const END = new Date('2026-12-31T23:59:59.999Z');

const at = (now: string, timeZone = 'UTC', end = END) => remindingAt(DAYS, { now: new Date(now), timeZone })(end);

describe('a reminder', () => {
  test('is due from 08:00 on its day', () => {
    expect(at('2026-12-01T07:59:00Z')).toBeUndefined();
    expect(at('2026-12-01T08:00:00Z')).toEqual({ days: 30, daysLeft: 30 });
    expect(at('2026-12-24T07:59:00Z')).toEqual({ days: 30, daysLeft: 7 });
    expect(at('2026-12-24T08:00:00Z')).toEqual({ days: 7, daysLeft: 7 });
    expect(at('2026-12-30T08:00:00Z')).toEqual({ days: 1, daysLeft: 1 });
    expect(at('2026-12-31T03:00:00Z')).toEqual({ days: 1, daysLeft: 0 });
  });

  test('is not due once the access is over, nor long before', () => {
    expect(at('2027-01-01T00:00:00Z')).toBeUndefined();
    expect(at('2026-11-01T12:00:00Z')).toBeUndefined();
    expect(remindingAt([], { now: new Date('2026-12-31T12:00:00Z'), timeZone: 'UTC' })(END)).toBeUndefined();
  });

  test('counts days as the zone has them', () => {
    const end = new Date('2027-01-01T07:59:59.999Z'); // The end of 31 December in Los Angeles.
    expect(at('2026-12-24T15:59:00Z', 'America/Los_Angeles', end)).toEqual({ days: 30, daysLeft: 7 });
    expect(at('2026-12-24T16:00:00Z', 'America/Los_Angeles', end)).toEqual({ days: 7, daysLeft: 7 });
  });

  test('counts days over the night in which the clocks change', () => {
    const end = new Date('2026-10-25T23:59:59.999Z'); // 25 hours long in London.
    expect(at('2026-10-24T07:00:00Z', 'Europe/London', end)).toEqual({ days: 1, daysLeft: 1 });
    expect(at('2026-10-24T06:59:00Z', 'Europe/London', end)).toEqual({ days: 7, daysLeft: 1 });
  });
});

test('whatever a reminder may be due about is looked at', () => {
  const now = new Date('2026-12-01T23:30:00Z');
  const until = remindedUntil(DAYS, { now, timeZone: 'UTC' });
  expect(until >= END).toBe(true);
});
