import { describe, expect, test } from 'vitest';
import { planRetention } from '../../src/domain/retention.ts';
import { backupOf, DAY_MS, hereOf, keptOf, nightly, rulesOf, said } from './backup-history.ts';

const days = (backups: readonly { takenAt: Date }[]) =>
  backups.map(({ takenAt }) => takenAt.toISOString().slice(0, 10));

describe('400 nightly backups, of which daily 7, weekly 4 and monthly 12 stay', () => {
  const history = nightly(400, '2025-01-01T02:00:00Z');
  const now = '2026-02-04T03:00:00Z';
  const decisions = planRetention(history, rulesOf(), hereOf(now));
  const nineteen = [
    ...['2026-02-04', '2026-02-03', '2026-02-02', '2026-02-01', '2026-01-31', '2026-01-30', '2026-01-29'],
    ...['2026-01-25', '2026-01-18'],
    ...['2025-12-31', '2025-11-30', '2025-10-31', '2025-09-30', '2025-08-31'],
    ...['2025-07-31', '2025-06-30', '2025-05-31', '2025-04-30', '2025-03-31'],
  ];

  test('leave these nineteen', () => {
    expect(decisions).toHaveLength(400);
    expect(days(keptOf(decisions))).toEqual(nineteen);
  });

  test('each with its reason', () => {
    const of = (day: string) => said(decisions, backupOf(`${day}T02:00:00Z`));
    expect(of('2026-02-04')).toBe(
      'kept: the newest of Wednesday 4 Feb 2026 (daily 1 of 7); the newest of the week of Monday 2 Feb 2026 (weekly 1 of 4); ' +
        'the newest of February 2026 (monthly 1 of 12); one of the last 3 good ones',
    );
    expect(of('2026-01-30')).toBe('kept: the newest of Friday 30 Jan 2026 (daily 6 of 7)');
    expect(of('2026-01-25')).toBe('kept: the newest of the week of Monday 19 Jan 2026 (weekly 3 of 4)');
    expect(of('2025-03-31')).toBe('kept: the newest of March 2025 (monthly 12 of 12)');
    expect(of('2026-01-28')).toBe(
      'removed: a newer one of the week of Monday 26 Jan 2026, a newer one of January 2026 and 7 newer days are kept',
    );
    expect(of('2025-02-28')).toBe('removed: 7 newer days, 4 newer weeks and 12 newer months are kept');
    expect(decisions.map(({ reasons }) => reasons.map(({ rule }) => rule))[7]).toEqual([
      'daily 7, weekly 4, monthly 12',
    ]);
  });

  test('leave the same when they were pruned every night', () => {
    let left: typeof history = [];
    for (const backup of history) {
      const decided = planRetention([...left, backup], rulesOf(), hereOf(backup.takenAt.getTime() + 3_600_000));
      left = keptOf(decided);
    }
    expect(days(left)).toEqual(nineteen);
  });

  test('stay as they are however long no new one comes', () => {
    for (const later of [10, 100, 1000, 10_000]) {
      const silent = planRetention(keptOf(decisions), rulesOf(), hereOf(Date.parse(now) + later * DAY_MS));
      expect(days(keptOf(silent))).toEqual(nineteen);
    }
  });
});

describe('a day, a week, a month', () => {
  const keeps = (moments: string[], rules: Parameters<typeof rulesOf>[0], timeZone: string) => {
    // The last three good ones stay in any case: three newer ones take that place.
    const newer = ['2031-01-01T00:00:00Z', '2031-01-01T00:00:01Z', '2031-01-01T00:00:02Z'];
    const none = { daily: 0, weekly: 0, monthly: 0 };
    const [rule = 'daily', count = 0] = Object.entries(rules ?? {})[0] ?? [];
    const all = [...moments, ...newer].map((moment) => backupOf(moment));
    const plan = planRetention(all, rulesOf({ ...none, [rule]: count + 1 }), hereOf('2031-06-01T00:00:00Z', timeZone));
    return keptOf(plan)
      .map(({ takenAt }) => takenAt.toISOString())
      .filter((moment) => moment < '2031')
      .map((moment) => moment.replace(':00.000Z', 'Z'))
      .reverse();
  };

  test('is the zone’s, in summer and in winter', () => {
    const moments = ['2026-07-01T22:30Z', '2026-07-01T23:30Z', '2026-12-01T22:30Z', '2026-12-01T23:30Z'];
    expect(keeps(moments, { daily: 9 }, 'Europe/London')).toEqual([
      '2026-07-01T22:30Z',
      '2026-07-01T23:30Z',
      '2026-12-01T23:30Z',
    ]);
    expect(keeps(moments, { daily: 9 }, 'UTC')).toEqual(['2026-07-01T23:30Z', '2026-12-01T23:30Z']);
  });

  test('of 25 hours is one day, and of 23 hours too', () => {
    const autumn = [
      '2026-10-24T22:59Z',
      '2026-10-24T23:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T23:59Z',
      '2026-10-26T00:00Z',
    ];
    expect(keeps(autumn, { daily: 9 }, 'Europe/London')).toEqual([
      '2026-10-24T22:59Z',
      '2026-10-25T23:59Z',
      '2026-10-26T00:00Z',
    ]);
    const spring = ['2026-03-28T23:59Z', '2026-03-29T00:00Z', '2026-03-29T22:59Z', '2026-03-29T23:00Z'];
    expect(keeps(spring, { daily: 9 }, 'Europe/London')).toEqual([
      '2026-03-28T23:59Z',
      '2026-03-29T22:59Z',
      '2026-03-29T23:00Z',
    ]);
  });

  test('may begin at one o’clock, or be left out altogether', () => {
    // In Santiago the clocks went from 24:00 to 01:00 on 6 Sep 2026; Apia had no 30 Dec 2011.
    const santiago = ['2026-09-06T03:59Z', '2026-09-06T04:00Z', '2026-09-07T02:59Z', '2026-09-07T03:00Z'];
    expect(keeps(santiago, { daily: 9 }, 'America/Santiago')).toEqual([
      '2026-09-06T03:59Z',
      '2026-09-07T02:59Z',
      '2026-09-07T03:00Z',
    ]);
    const apia = ['2011-12-30T09:59Z', '2011-12-30T10:00Z', '2011-12-31T09:59Z', '2011-12-31T10:00Z'];
    expect(keeps(apia, { daily: 9 }, 'Pacific/Apia')).toEqual([
      '2011-12-30T09:59Z',
      '2011-12-31T09:59Z',
      '2011-12-31T10:00Z',
    ]);
  });

  test('changes from Sunday to Monday, and a week belongs to both years', () => {
    const moments = [
      '2025-12-28T12:00Z',
      '2025-12-29T12:00Z',
      '2026-01-01T12:00Z',
      '2026-01-04T23:59Z',
      '2026-01-05T00:00Z',
    ];
    expect(keeps(moments, { weekly: 9 }, 'UTC')).toEqual([
      '2025-12-28T12:00Z',
      '2026-01-04T23:59Z',
      '2026-01-05T00:00Z',
    ]);
    const longYear = ['2026-12-27T12:00Z', '2026-12-28T12:00Z', '2027-01-03T23:59Z', '2027-01-04T00:00Z'];
    expect(keeps(longYear, { weekly: 9 }, 'UTC')).toEqual([
      '2026-12-27T12:00Z',
      '2027-01-03T23:59Z',
      '2027-01-04T00:00Z',
    ]);
  });

  test('of the same name in another year is another', () => {
    const moments = ['2024-02-28T12:00Z', '2025-02-28T12:00Z', '2025-12-31T23:59Z', '2026-01-01T00:00Z'];
    expect(keeps(moments, { monthly: 9 }, 'UTC')).toEqual(moments);
    expect(keeps(moments, { weekly: 9 }, 'UTC')).toEqual([...moments.slice(0, 2), '2026-01-01T00:00Z']);
  });

  test('without a backup does not count', () => {
    const moments = ['2019-01-01T12:00Z', '2020-06-01T12:00Z', '2024-02-29T12:00Z', '2026-01-01T00:00Z'];
    for (const rule of ['daily', 'weekly', 'monthly']) {
      expect(keeps(moments, { [rule]: 3 }, 'UTC')).toEqual(moments.slice(1));
    }
  });
});

describe('what takes no slot', () => {
  const now = '2026-02-04T03:00:00Z';
  const history = nightly(40, '2025-12-27T02:00:00Z');
  const usual = days(keptOf(planRetention(history, rulesOf(), hereOf(now))));
  const plan = (...more: ReturnType<typeof backupOf>[]) => planRetention([...history, ...more], rulesOf(), hereOf(now));
  const ids = new Set(history.map(({ id }) => id));
  const others = (decisions: ReturnType<typeof plan>) => days(keptOf(decisions).filter(({ id }) => ids.has(id)));

  test.each(['2026-02-04T03:00:00.001Z', '2026-02-05T02:00:00Z', '2099-01-01T00:00:00Z'])(
    'what is dated %s',
    (moment) => {
      const future = backupOf(moment);
      const decisions = plan(future);
      expect(others(decisions)).toEqual(usual);
      expect(keptOf(decisions)).toContain(future);
    },
  );

  // The backup of 29 Jan at 02:00 is kept for that day alone, the last of the seven; each of these is later that day.
  test.each<[string, Parameters<typeof backupOf>[1]]>([
    ['was never verified', { proof: 'unverified' }],
    ['has no file', { proof: 'incomplete' }],
    ['is damaged', { proof: { damagedSince: new Date(now) } }],
    ['is of another database', { database: { name: 'other', role: 'platform' } }],
    ['is the ledger’s, of the same name', { database: { name: 'planner', role: 'ledger' } }],
    ['stands in another storage', { storage: 'offsite' }],
    ['comes from another environment', { environment: 'staging' }],
    ['somebody asked for', { kind: 'manual' }],
    ['was made before something dangerous', { kind: 'safety' }],
    ['was made before a rollback', { kind: 'pre-rollback' }],
    ['is of a kind that no rule knows', { kind: 'moonly' }],
  ])('what %s, though it is kept', (_, more) => {
    const other = backupOf('2026-01-29T12:00:00Z', more);
    const decisions = plan(other);
    expect(others(decisions)).toEqual(usual);
    expect(keptOf(decisions)).toContain(other);
    expect(others(plan(backupOf('2026-01-29T12:00:00Z')))).not.toEqual(usual);
  });

  test('a nightly one of this very moment takes one, from the one before it that day', () => {
    const decisions = plan(backupOf(now));
    expect(said(decisions, backupOf(now))).toContain('the newest of Wednesday 4 Feb 2026 (daily 1 of 7)');
    expect(said(decisions, backupOf('2026-02-04T02:00:00Z'))).toBe('kept: one of the last 3 good ones');
  });
});

describe('what is kept for another reason than the calendar', () => {
  const now = '2026-02-04T03:00:00Z';
  const newer = nightly(30, '2026-01-06T02:00:00Z');
  const decided = (backup: ReturnType<typeof backupOf>, at: string | number = now) =>
    said(planRetention([backup, ...newer], rulesOf({ monthly: 1 }), hereOf(at, 'Europe/London')), backup);
  const old = (more: Parameters<typeof backupOf>[1] = {}) => backupOf('2025-06-01T02:00:00Z', more);

  test('pinned, in the future, from elsewhere, locked, of an unknown kind', () => {
    expect(decided(old())).toBe('removed: 7 newer days, 4 newer weeks and 1 newer month are kept');
    expect(decided(old({ pinned: { reason: 'before the audit' } }))).toBe('kept: pinned (before the audit)');
    expect(decided(backupOf('2099-01-01T00:00:00Z'))).toBe(
      'kept: dated in the future (1 Jan 2099): it takes no slot, and is never removed',
    );
    expect(decided(old({ environment: 'staging', kind: 'manual' }))).toContain(
      'made in staging: only CapOps of staging removes it',
    );
    expect(decided(old({ lockedUntil: new Date('2026-02-04T03:00:00.001Z') }))).toBe(
      'kept: locked in its storage until 4 Feb 2026, 03:00 Europe/London',
    );
    expect(decided(old({ lockedUntil: new Date(now) }))).toContain('removed: ');
    expect(decided(old({ kind: 'moonly' }))).toBe('kept: of the kind “moonly”, which no rule removes');
  });

  test('another manifest names the same file', () => {
    const twin = old({ id: 'twin', fileKey: 'nightly 2026-02-04T02:00:00.000Z' });
    expect(decided(twin)).toBe('kept: another manifest names the same file');
    expect(decided({ ...twin, storage: 'offsite' })).not.toContain('another manifest');
  });

  test.each([
    ['manual', '7 days', '2026-01-20T10:00:00Z', '2026-01-27T10:00:00Z', '27 Jan 2026, 10:00'],
    ['safety', '30 days', '2026-01-01T10:00:00Z', '2026-01-31T10:00:00Z', '31 Jan 2026, 10:00'],
    ['pre-rollback', '30 days', '2026-01-01T10:00:00Z', '2026-01-31T10:00:00Z', '31 Jan 2026, 10:00'],
    // By the clock on the wall: an hour less than 7 times 24.
    ['manual', '7 days', '2025-03-27T10:00:00Z', '2025-04-03T09:00:00Z', '3 Apr 2025, 10:00'],
  ])('%s ones stay %s', (kind, stay, takenAt, end, words) => {
    const backup = backupOf(takenAt, { kind });
    const past = nightly(4, Date.parse(end) - 4 * DAY_MS);
    const at = (ms: number) =>
      said(planRetention([backup, ...past], rulesOf(), hereOf(Date.parse(end) + ms, 'Europe/London')), backup);
    expect(at(-1)).toBe(`kept: “${kind}” backups stay ${stay}, this one until ${words} Europe/London`);
    expect(at(0)).toBe(`removed: “${kind}” backups stay ${stay}, this one stayed until ${words} Europe/London`);
  });

  test('the last three good ones of a database in each storage, of whatever kind and age', () => {
    const kinds = ['manual', 'nightly', 'safety', 'manual'];
    const ancient = kinds.map((kind, day) => backupOf(Date.UTC(2020, 0, 1 + day), { kind }));
    const noise = [
      backupOf('2024-01-01T00:00:00Z', { proof: 'unverified' }),
      backupOf('2024-01-02T00:00:00Z', { proof: { damagedSince: new Date('2024-01-03T00:00:00Z') } }),
      ...nightly(9, '2026-01-01T00:00:00Z').map((one) => ({ ...one, storage: 'offsite' })),
    ];
    const decisions = planRetention([...ancient, ...noise], rulesOf(), hereOf(now));
    const kept = keptOf(decisions).filter(({ storage, proof }) => storage === 'local' && proof === 'verified');
    expect(kept).toEqual(ancient.slice(1).reverse());
    expect(said(decisions, ancient[3] ?? old())).toBe('kept: one of the last 3 good ones');
  });
});

describe('what is not proven to be whole', () => {
  const taken = '2026-01-10T02:00:00Z';
  const end = Date.parse('2026-01-17T02:00:00Z');
  const before = nightly(5, '2026-01-01T02:00:00Z');
  const after = nightly(5, '2026-01-11T02:00:00Z');
  const of = (more: Parameters<typeof backupOf>[1], at: number, others = after) => {
    const backup = backupOf(taken, more);
    return said(planRetention([backup, ...others], rulesOf(), hereOf(at)), backup);
  };

  test('stays 7 days, and goes then if something newer is good', () => {
    expect(of({ proof: 'unverified' }, end - 1)).toBe(
      'kept: never verified: takes no slot, and stays 7 days, until 17 Jan 2026, 02:00 UTC',
    );
    expect(of({ proof: 'unverified' }, end)).toBe(
      'removed: never verified, stayed 7 days, until 17 Jan 2026, 02:00 UTC, and newer good ones stand beside it',
    );
    expect(of({ proof: 'incomplete' }, end)).toContain('removed: its file is not there, stayed 7 days');
  });

  test('stays for ever where nothing newer is good', () => {
    for (const others of [before, [], after.map((one) => ({ ...one, proof: 'unverified' as const }))]) {
      expect(of({ proof: 'unverified' }, end + 1000 * DAY_MS, others)).toBe(
        'kept: never verified, but no newer good one stands beside it',
      );
    }
    const elsewhere = after.map((one) => ({ ...one, storage: 'offsite' }));
    expect(of({ proof: 'unverified' }, end, elsewhere)).toContain('kept: ');
    const future = [backupOf('2099-01-01T00:00:00Z')];
    expect(of({ proof: 'unverified' }, end, future)).toContain('kept: ');
  });

  test('counts from when it was found damaged', () => {
    const damaged = { proof: { damagedSince: new Date('2026-03-01T12:00:00Z') } };
    expect(of(damaged, Date.parse('2026-03-08T11:59:59Z'))).toBe(
      'kept: found damaged on 1 Mar 2026, 12:00 UTC: takes no slot, and stays 7 days, until 8 Mar 2026, 12:00 UTC',
    );
    expect(of(damaged, Date.parse('2026-03-08T12:00:00Z'))).toContain(
      'removed: found damaged on 1 Mar 2026, 12:00 UTC',
    );
  });

  test('stays as long as its kind would', () => {
    expect(of({ proof: 'unverified', kind: 'safety' }, end)).toContain('stays 30 days, until 9 Feb 2026');
    expect(of({ proof: 'unverified', pinned: { reason: 'evidence' } }, end)).toBe('kept: pinned (evidence)');
  });
});
