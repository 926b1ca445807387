import { describe, expect, test } from 'vitest';
import { classOf, staysAtLeastUntil } from '../../src/domain/backup-kind.ts';
import { planRetention } from '../../src/domain/retention.ts';
import { backupOf, DAY_MS, hereOf, keptOf, nightly, rulesOf } from './backup-history.ts';

test('a kind that no rule knows falls under none', () => {
  expect(
    ['nightly', 'scheduled', 'manual', 'safety', 'pre-rollback', 'pre-', 'Manual', '', 'constructor'].map(classOf),
  ).toEqual([
    ...['scheduled', 'scheduled', 'manual', 'safety', 'safety', 'safety'],
    ...['unknown', 'unknown', 'unknown'],
  ]);
});

describe('a lock in the storage', () => {
  const rules = rulesOf({ daily: 5, weekly: 1, monthly: 1, manualDays: 6, safetyDays: 9 });
  // Over a change of the clocks.
  const takenAt = new Date('2026-10-24T01:00:00Z');
  const until = (kind: string, timeZone = 'Europe/London') =>
    staysAtLeastUntil({ kind, takenAt }, { rules, timeZone })?.toISOString();

  test('ends when the rules would remove the backup, at the same time of day', () => {
    expect(until('nightly')).toBe('2026-10-29T02:00:00.000Z');
    expect(until('nightly', 'UTC')).toBe('2026-10-29T01:00:00.000Z');
    expect(until('manual')).toBe('2026-10-30T02:00:00.000Z');
    expect(until('safety')).toBe('2026-11-02T02:00:00.000Z');
  });

  test('is none where no rule says how long', () => {
    expect(until('moonly')).toBeUndefined();
    expect(
      staysAtLeastUntil({ kind: 'nightly', takenAt }, { rules: rulesOf({ daily: 0 }), timeZone: 'UTC' }),
    ).toBeUndefined();
  });

  test.each(['nightly', 'manual', 'safety'])(
    'of a %s one is over when the rules first remove it, and not before',
    (kind) => {
      const end = Date.parse(until(kind) ?? '');
      const backup = backupOf(takenAt.getTime(), { kind });
      const isKeptAt = (ms: number) => {
        const later = nightly(Math.floor((ms - takenAt.getTime()) / DAY_MS), takenAt.getTime() + DAY_MS);
        return keptOf(planRetention([backup, ...later], rules, hereOf(ms, 'Europe/London'))).includes(backup);
      };
      // Kept by its day alone: the week's and the month's newest are others by then.
      expect(isKeptAt(end - 3 * 3_600_000)).toBe(true);
      expect(isKeptAt(end)).toBe(false);
    },
  );
});
