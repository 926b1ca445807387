import { expect, test } from 'vitest';
import { lastKnownGood } from '../../src/domain/last-known-good.ts';

const backup = (takenAt: string, provenAt: Date | null = null) => ({ takenAt: new Date(takenAt), provenAt });
const PROVEN = new Date('2026-11-22T06:00:00Z');

test('the last known good is the newest, where none is proven', () => {
  const [newest, older] = [backup('2026-11-22T02:00:00Z'), backup('2026-11-21T02:00:00Z')];
  expect(lastKnownGood([newest, older])).toBe(newest);
  expect(lastKnownGood([])).toBeUndefined();
});

test('it is a proven one that is a day older, and not one that is older still', () => {
  const newest = backup('2026-11-22T02:00:00Z');
  const dayBefore = backup('2026-11-21T02:00:00Z', PROVEN);
  const weekBefore = backup('2026-11-15T02:00:00Z', PROVEN);
  expect(lastKnownGood([newest, dayBefore])).toBe(dayBefore);
  expect(lastKnownGood([newest, weekBefore])).toBe(newest);
});
