import { expect, it } from 'vitest';
import { readTimeOfDay } from '../../src/domain/past-moment.ts';

it.each([
  ['02:30', '2026-07-01T01:30:00.000Z'],
  ['2:30', '2026-07-01T01:30:00.000Z'],
  // Not yet today: yesterday’s.
  ['23:59', '2026-06-30T22:59:00.000Z'],
])('%s is the last such time in the zone', (text, moment) => {
  const now = new Date('2026-07-01T12:00:00Z');
  expect(readTimeOfDay(text, { now, timeZone: 'Europe/London' })?.toISOString()).toBe(moment);
});

it.each(['24:00', '2', '12:60', 'noon'])('%s is no time of day', (text) => {
  expect(readTimeOfDay(text, { now: new Date(), timeZone: 'UTC' })).toBeUndefined();
});
