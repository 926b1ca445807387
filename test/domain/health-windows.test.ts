import { describe, expect, test } from 'vitest';
import { isCovered, isQuiet, recurringNow } from '../../src/domain/health-windows.ts';

const LONDON = 'Europe/London';
const quiet = (hours: { from: string; to: string }, at: string) =>
  isQuiet(hours, { now: new Date(at), timeZone: LONDON });

describe('quiet hours', () => {
  const night = { from: '22:00', to: '06:00' };

  test.each([
    ['2026-01-10T21:59:59Z', false],
    ['2026-01-10T22:00:00Z', true],
    ['2026-01-11T03:00:00Z', true],
    ['2026-01-11T05:59:59Z', true],
    ['2026-01-11T06:00:00Z', false],
    // In summer London is an hour ahead.
    ['2026-07-10T20:59:00Z', false],
    ['2026-07-10T21:00:00Z', true],
    ['2026-07-11T05:00:00Z', false],
    // The night in which the clocks go forward, and the one in which they go back.
    ['2026-03-28T22:00:00Z', true],
    ['2026-03-29T04:59:00Z', true],
    ['2026-03-29T05:00:00Z', false],
    ['2026-10-24T21:00:00Z', true],
    ['2026-10-25T05:59:00Z', true],
    ['2026-10-25T06:00:00Z', false],
  ])('over midnight, at %s: %s', (at, expected) => {
    expect(quiet(night, at)).toBe(expected);
  });

  test('within a day', () => {
    const lunch = { from: '12:00', to: '13:00' };
    expect(['11:59', '12:00', '12:59', '13:00'].map((time) => quiet(lunch, `2026-01-10T${time}:00Z`))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('end at the first pass of an hour that comes twice, and once', () => {
    const hours = { from: '22:00', to: '01:30' };
    // 01:30 is at 00:30Z and again at 01:30Z.
    expect(['00:29', '00:31', '01:10', '01:31'].map((time) => quiet(hours, `2026-10-25T${time}:00Z`))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('are none where nothing is said', () => {
    expect(isQuiet(undefined, { now: new Date('2026-01-11T03:00:00Z'), timeZone: LONDON })).toBe(false);
  });
});

describe('a recurring maintenance window', () => {
  const sundays = { name: 'Sunday patches', cron: '0 3 * * 0', forMs: 7_200_000, services: ['database'] };
  const now = (at: string) => recurringNow([sundays], { now: new Date(at), timeZone: LONDON });

  test('holds from its time of day for as long as it says, in the zone', () => {
    const winter = ['02:59:00', '03:00:00', '04:59:59', '05:00:00'].map((time) => now(`2026-01-11T${time}Z`).length);
    expect(winter).toEqual([0, 1, 1, 0]);
    const summer = ['01:59:00', '02:00:00', '03:59:59', '04:00:00'].map((time) => now(`2026-07-12T${time}Z`).length);
    expect(summer).toEqual([0, 1, 1, 0]);
    expect(now('2026-01-12T03:30:00Z')).toEqual([]);
  });

  test('covers the services that it names', () => {
    const windows = now('2026-01-11T03:30:00Z');
    expect([isCovered(windows, 'database'), isCovered(windows, 'gateway')]).toEqual([true, false]);
    expect(isCovered([{ reason: 'all', began: new Date(), ends: new Date(), services: undefined }], 'redis')).toBe(
      true,
    );
  });
});
