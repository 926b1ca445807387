import { describe, expect, test } from 'vitest';
import { planRetention } from '../../src/domain/retention.ts';
import { databaseOf, type Proof, type StoredBackup } from '../../src/domain/stored-backup.ts';
import type { RetentionRules } from '../../src/ports.ts';
import { backupOf, DAY_MS, hereOf, keptOf, numbers, shuffled } from './backup-history.ts';

const NOW = Date.UTC(2026, 9, 25, 3);
const ROUNDS = 100;
const ZONES = ['UTC', 'Europe/London', 'America/Santiago', 'Asia/Kolkata', 'Pacific/Kiritimati'];
const KINDS = ['nightly', 'nightly', 'nightly', 'nightly', 'scheduled', 'manual', 'safety', 'pre-import', 'moonly'];

type Below = (below: number) => number;

/** Any mix: some histories dense, some with years between, of two databases in two storages. */
function history(below: Below): StoredBackup[] {
  const span = [2, 40, 500, 4000][below(4)] ?? 0;
  return Array.from({ length: below(60) }, (_, count) => {
    // To the hour, so that some are of the same moment.
    const takenAt = NOW + DAY_MS - below(span * 24) * 3_600_000;
    return backupOf(takenAt, {
      id: `${count}`,
      kind: KINDS[below(KINDS.length)] ?? '',
      storage: ['local', 'offsite'][below(2)] ?? '',
      database: { name: 'planner', role: ['platform', 'ledger'][below(2)] ?? '' },
      environment: below(12) === 0 ? 'staging' : 'production',
      proof: proofOf(below, takenAt),
      pinned: below(15) === 0 ? { reason: 'evidence' } : undefined,
      lockedUntil: below(15) === 0 ? new Date(NOW + (below(5) - 2) * DAY_MS) : undefined,
    });
  });
}

function proofOf(below: Below, takenAt: number): Proof {
  const others: Proof[] = ['unverified', 'incomplete', { damagedSince: new Date(takenAt + below(20) * DAY_MS) }];
  return others[below(12)] ?? 'verified';
}

const rules = (below: Below): RetentionRules => ({
  daily: below(9),
  weekly: below(6),
  monthly: below(14),
  manualDays: 1 + below(9),
  safetyDays: 1 + below(40),
});

interface Sample {
  readonly backups: readonly StoredBackup[];
  readonly rules: RetentionRules;
  readonly here: ReturnType<typeof hereOf>;
  readonly below: Below;
}

/** Checks something of many histories; the message of a failure names the one. */
function always(name: string, check: (sample: Sample, hint: string) => void): void {
  test(name, () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const below = numbers(seed);
      const here = hereOf(NOW, ZONES[below(ZONES.length)]);
      check({ backups: history(below), rules: rules(below), here, below }, `seed ${seed}`);
    }
  });
}

const isGood = ({ proof, takenAt }: StoredBackup) => proof === 'verified' && takenAt.getTime() <= NOW;
const keys = (backups: readonly StoredBackup[]) => new Set(backups.map(({ id }) => id));

describe('of any history', () => {
  always('each backup gets one decision with a reason in words', ({ backups, rules, here }, hint) => {
    const decisions = planRetention(backups, rules, here);
    expect(keys(decisions.map(({ backup }) => backup)), hint).toEqual(keys(backups));
    expect(decisions, hint).toHaveLength(backups.length);
    for (const { reasons } of decisions) {
      expect(reasons.length, hint).toBeGreaterThan(0);
      for (const { rule, words } of reasons)
        expect(
          [rule, words].every((text) => text.trim() === text && text !== ''),
          hint,
        ).toBe(true);
    }
  });

  always('pinned, locked, foreign and future ones stay, and kinds that no rule knows', (sample, hint) => {
    const { backups, rules, here } = sample;
    const left = keys(keptOf(planRetention(backups, rules, here)));
    const safe = backups.filter(
      ({ pinned, lockedUntil, environment, takenAt, kind }) =>
        pinned ||
        environment !== 'production' ||
        kind === 'moonly' ||
        takenAt > here.now ||
        (lockedUntil ?? 0) > here.now,
    );
    expect(
      [...keys(safe)].filter((id) => !left.has(id)),
      hint,
    ).toEqual([]);
  });

  always('the three newest good ones of each database in each storage stay', ({ backups, rules, here }, hint) => {
    const left = Map.groupBy(keptOf(planRetention(backups, rules, here)), databaseOf);
    for (const [which, ofOne] of Map.groupBy(backups, databaseOf)) {
      const moments = (some: readonly StoredBackup[] = []) =>
        some
          .filter(isGood)
          .map(({ takenAt }) => takenAt.getTime())
          .sort((a, b) => b - a);
      expect(moments(left.get(which)).slice(0, 3), hint).toEqual(moments(ofOne).slice(0, 3));
      expect(left.get(which)?.length, hint).toBeGreaterThan(0);
    }
  });

  always('what is kept is kept again', ({ backups, rules, here }, hint) => {
    const left = keptOf(planRetention(backups, rules, here));
    expect(keptOf(planRetention(left, rules, here)), hint).toEqual(left);
  });

  always('the order in which they come does not matter', ({ backups, rules, here, below }, hint) => {
    const decisions = planRetention(backups, rules, here);
    expect(planRetention(shuffled(backups, below), rules, here), hint).toEqual(decisions);
  });

  always('a higher count or more days never keep less', ({ backups, rules, here, below }, hint) => {
    const more = { ...rules };
    for (const rule of Object.keys(rules) as (keyof RetentionRules)[]) more[rule] += below(4);
    const left = keys(keptOf(planRetention(backups, rules, here)));
    const leftOfMore = keys(keptOf(planRetention(backups, more, here)));
    expect(
      [...left].filter((id) => !leftOfMore.has(id)),
      hint,
    ).toEqual([]);
  });

  always('what one storage or database has changes nothing for another', ({ backups, rules, here }, hint) => {
    const all = planRetention(backups, rules, here);
    for (const [which, ofOne] of Map.groupBy(backups, databaseOf)) {
      const alone = planRetention(ofOne, rules, here);
      expect(
        all.filter(({ backup }) => databaseOf(backup) === which),
        hint,
      ).toEqual(alone);
    }
  });

  always('no rule gives out more slots than it has, nor two to one period', ({ backups, rules, here }, hint) => {
    const decisions = planRetention(backups, rules, here);
    for (const ofOne of Map.groupBy(decisions, ({ backup }) => databaseOf(backup)).values()) {
      const slots = ofOne
        .flatMap(({ reasons }) => reasons.map(({ rule }) => rule))
        .filter((rule) => /\d of \d/.test(rule));
      expect(new Set(slots).size, hint).toBe(slots.length);
      const periods = ofOne
        .flatMap(({ reasons }) => reasons.map(({ words }) => words))
        .filter((words) => words.startsWith('the newest'));
      expect(new Set(periods).size, hint).toBe(periods.length);
      for (const slot of slots) {
        const [, number, count] = /(\d+) of (\d+)/.exec(slot) ?? [];
        expect(Number(number), hint).toBeLessThanOrEqual(Number(count));
      }
    }
  });

  always('no later moment takes a scheduled one that is kept now', ({ backups, rules, here, below }, hint) => {
    const past = backups.filter(({ takenAt }) => takenAt <= here.now);
    const left = keptOf(planRetention(past, rules, here)).filter(
      ({ kind, proof, lockedUntil }) => kind === 'nightly' && proof === 'verified' && !lockedUntil,
    );
    const later = { ...here, now: new Date(NOW + below(4000) * DAY_MS) };
    const leftLater = keys(keptOf(planRetention(past, rules, later)));
    expect(
      [...keys(left)].filter((id) => !leftLater.has(id)),
      hint,
    ).toEqual([]);
  });
});

test('the histories have everything in them, and much is removed', () => {
  const below = numbers(1);
  const decisions = Array.from({ length: 100 }, () => planRetention(history(below), rules(below), hereOf(NOW))).flat();
  const removed = decisions.filter(({ keep }) => !keep).length / decisions.length;
  expect(removed).toBeGreaterThan(0.2);
  expect(removed).toBeLessThan(0.8);
  const used = new Set(decisions.flatMap(({ reasons }) => reasons.map(({ rule }) => rule.replace(/ \d.*/, ''))));
  const all = ['daily', 'weekly', 'monthly', 'last', 'manual', 'safety', 'pre-import', 'pinned', 'locked', 'future'];
  expect([...used]).toEqual(
    expect.arrayContaining([...all, 'elsewhere', 'kind', 'unverified', 'incomplete', 'damaged']),
  );
});
