import { describe, expect, test } from 'vitest';
import { ARCHIVE, monthlyOnly, rulesFor, unneededBecause } from '../../src/domain/monthly-archive.ts';
import { planRetention } from '../../src/domain/retention.ts';
import type { StoredBackup } from '../../src/domain/stored-backup.ts';
import { backupOf, hereOf, keptOf, nightly, rulesOf } from './backup-history.ts';

const days = (backups: readonly StoredBackup[]) => backups.map(({ takenAt }) => takenAt.toISOString().slice(0, 10));
const HOUR_MS = 3_600_000;

describe('what stays for the monthly rule alone', () => {
  const now = '2026-02-04T03:00:00Z';
  const history = nightly(400, '2025-01-01T02:00:00Z');

  test('is what no other rule keeps, the oldest first', () => {
    expect(days(monthlyOnly(planRetention(history, rulesOf(), hereOf(now))))).toEqual([
      ...['2025-03-31', '2025-04-30', '2025-05-31', '2025-06-30', '2025-07-31'],
      ...['2025-08-31', '2025-09-30', '2025-10-31', '2025-11-30', '2025-12-31'],
    ]);
  });

  test('is neither pinned, nor locked, nor damaged, nor one of the last', () => {
    const old = (more: Partial<StoredBackup>) => backupOf('2025-06-30T02:00:00Z', more);
    const fresh = nightly(34, '2026-01-01T02:00:00Z');
    const moves = (more: Partial<StoredBackup>) =>
      monthlyOnly(planRetention([...fresh, old(more)], rulesOf(), hereOf(now))).length;
    expect(moves({})).toBe(1);
    expect(moves({ pinned: { reason: 'the audit' } })).toBe(0);
    expect(moves({ lockedUntil: new Date('2027-01-01') })).toBe(0);
    expect(moves({ proof: { damagedSince: new Date('2026-02-03') } })).toBe(0);
    expect(moves({ kind: 'manual' })).toBe(0);
    expect(monthlyOnly(planRetention([old({})], rulesOf(), hereOf(now)))).toEqual([]);
  });

  test('moved every night, is in the archive a year, and nothing is lost that would have stayed', () => {
    let offsite: StoredBackup[] = [];
    let archive: StoredBackup[] = [];
    for (const backup of history) {
      const here = hereOf(backup.takenAt.getTime() + HOUR_MS);
      const decided = planRetention([...offsite, backup], rulesOf(), here);
      archive = keptOf(planRetention(archive, rulesFor(ARCHIVE, rulesOf()), here));
      const leaving = monthlyOnly(decided);
      offsite = keptOf(decided).filter((one) => !leaving.includes(one));
      for (const one of leaving)
        if (!unneededBecause(one, archive, { rules: rulesOf(), here })) archive.push({ ...one, storage: ARCHIVE });
    }
    expect(days(archive).toSorted()).toEqual([
      ...['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30', '2025-05-31', '2025-06-30'],
      ...['2025-07-31', '2025-08-31', '2025-09-30', '2025-10-31', '2025-11-30', '2025-12-31'],
    ]);
    const whole = days(keptOf(planRetention(history, rulesOf(), hereOf(now))));
    const both = days([...offsite, ...archive]);
    expect(whole.filter((day) => !both.includes(day))).toEqual([]);
    expect(days(offsite)).toHaveLength(9);
  });
});
