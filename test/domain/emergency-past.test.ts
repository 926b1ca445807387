import { expect, test } from 'vitest';
import { hoursLeft, lastEndBefore, openMsUntil, type Stretch, stretchesIn } from '../../src/domain/emergency-past.ts';

const on = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour));
const row = (moduleKey: string, at: number, until: number | null, status = 'active') => ({
  ...{ moduleKey, at: on(at), status, until: until === null ? null : on(until) },
});
const hours = (stretches: readonly Stretch[], now: number) => openMsUntil(stretches, on(now)) / 3_600_000;

test('what any module has open counts once, extended or ended early', () => {
  expect(
    stretchesIn([row('work', 0, 4), row('assets', 1, 3), row('work', 2, 10), row('work', 6, 10, 'suspended')]),
  ).toEqual([{ from: on(0), until: on(6) }]);
  expect(stretchesIn([row('work', 4, 8), row('work', 0, 2)])).toEqual([
    { from: on(0), until: on(2) },
    { from: on(4), until: on(8) },
  ]);
  expect(stretchesIn([row('work', 0, null), row('work', 5, 5, 'expired'), row('assets', 3, 1)])).toEqual([
    { from: on(0), until: on(5) },
  ]);
});

test('times that are less than a day apart count together, and only until now', () => {
  const open = { from: on(30), until: null };
  expect(hours([{ from: on(0), until: on(10) }, open], 34)).toBe(14);
  expect(hours([{ from: on(0), until: on(6) }, open], 34)).toBe(4);
  expect(hours([{ from: on(0), until: on(6) }], 30)).toBe(0);
  expect(hours([], 30)).toBe(0);
});

test('no more is left than what makes a day in all', () => {
  expect([0, 10.5, 24, 40].map((open) => hoursLeft(open * 3_600_000))).toEqual([24, 13, 0, 0]);
});

test('the last end is that of what is over', () => {
  const stretches = [
    { from: on(0), until: on(6) },
    { from: on(8), until: on(12) },
  ];
  expect(lastEndBefore(stretches, on(10))).toEqual(on(6));
  expect(lastEndBefore([{ from: on(0), until: null }], on(10))).toBeUndefined();
});
