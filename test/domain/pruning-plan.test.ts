import { describe, expect, test } from 'vitest';
import { planPruning, pruningOf, type StorageListing } from '../../src/domain/pruning-plan.ts';
import { backupOf, DAY_MS, hereOf, nightly, numbers, rulesOf } from './backup-history.ts';

const HERE = hereOf('2026-02-04T03:00:00Z');
const history = nightly(40, '2025-12-27T02:00:00Z');

function listingOf(backups = history, more: Partial<StorageListing> = {}): StorageListing {
  return {
    storage: 'local',
    keys: backups.flatMap(({ manifestKey, fileKey }) => [fileKey, manifestKey]),
    backups,
    catalogued: backups.map(({ id }) => id),
    ...more,
  };
}

const plan = (listing: StorageListing, rules = rulesOf()) => planPruning(listing, rules, HERE);
const removed = (...input: Parameters<typeof plan>) => {
  const planned = plan(...input);
  if (planned.refusal !== undefined) throw new Error(planned.refusal);
  return planned.removals;
};

test('what the rules leave over is removed, the oldest first', () => {
  const planned = plan(listingOf());
  if (planned.refusal !== undefined) throw new Error(planned.refusal);
  expect(planned.removals[0]?.takenAt).toEqual(new Date('2025-12-27T02:00:00Z'));
  expect(planned.decisions.filter(({ keep }) => !keep).map(({ backup }) => backup)).toEqual(
    [...planned.removals].reverse(),
  );
  expect(planned.removals).toHaveLength(40 - 10);
});

describe('nothing is removed', () => {
  const missing = (count: number) => {
    const there = history.slice(count);
    return listingOf(there, { catalogued: history.map(({ id }) => id) });
  };

  test.each([
    [
      'when the listing failed',
      listingOf(history, { failure: 'page 2 was not sent' }),
      'local could not be listed (page 2 was not sent), so nothing is removed from it.',
    ],
    [
      'when the catalogue cannot be asked',
      listingOf(history, { catalogued: undefined }),
      'The catalogue could not be read, so nothing is removed from local.',
    ],
    [
      'when the listing is shorter than the catalogue',
      missing(1),
      `local listed 39 of the 40 backups that the catalogue has there, so nothing is removed from it. Missing: ${history[0]?.id}.`,
    ],
    ['when it is much shorter', missing(38), 'local listed 2 of the 40 backups that the catalogue has there'],
    [
      'when it is empty',
      listingOf([], { catalogued: ['a'] }),
      'local listed 0 of the 1 backup that the catalogue has there, so nothing is removed from it. Missing: a.',
    ],
    [
      'when a file of the catalogue is gone, its manifest not',
      listingOf(history, { keys: listingOf().keys.filter((key) => key !== history[5]?.fileKey) }),
      `Missing: ${history[5]?.id}.`,
    ],
    [
      'when others make up for what is missing',
      { ...missing(1), keys: [...missing(1).keys, 'a', 'b'] },
      'local listed 39 of the 40',
    ],
  ])('%s', (_, listing, said) => {
    expect(plan(listing)).toEqual({ refusal: expect.stringContaining(said) });
  });

  test('where what is missing is much, three are named', () => {
    expect(plan(listingOf([], { catalogued: ['a', 'b', 'c', 'd', 'e'] })).refusal).toContain(
      'Missing: a, b, c and 2 more.',
    );
  });

  test('when no rule of the calendar keeps anything', () => {
    expect(plan(listingOf(), rulesOf({ daily: 0, weekly: 0, monthly: 0 })).refusal).toContain(
      'daily, weekly and monthly are 0',
    );
    expect(removed(listingOf(), rulesOf({ daily: 0, weekly: 0, monthly: 1 }))).toHaveLength(37);
  });

  test('when nothing good of a database would be left, whatever led to it', () => {
    const decided = (keep: boolean, one = history[0] ?? backupOf(0)) => ({ backup: one, keep, reasons: [] });
    const ledger = backupOf(0, { database: { name: 'planner_capops', role: 'ledger' } });
    const bad = backupOf(0, { proof: 'unverified' });
    const refusal = (...decisions: ReturnType<typeof decided>[]) => pruningOf(listingOf(), decisions).refusal;
    const said = 'Nothing good would be left of planner in local, so nothing is removed from it.';
    expect(refusal()).toBeUndefined();
    expect(refusal(decided(true), decided(false))).toBeUndefined();
    expect(refusal(decided(false), decided(true, ledger))).toBe(said);
    expect(refusal(decided(false), decided(true, bad))).toBe(said);
    expect(refusal(decided(false, bad))).toBe(said);
    expect(refusal(decided(true, bad))).toBeUndefined();
  });

  test('of one storage by a listing of another', () => {
    expect(() => plan(listingOf(history, { storage: 'offsite' }))).toThrow('has backups of another storage');
  });
});

test('a storage that lists more than the catalogue knows is pruned, as after the ledger was lost', () => {
  expect(removed(listingOf(history, { catalogued: [] }))).toEqual(removed(listingOf()));
});

test('a manifest without its file takes no slot, and goes after its days', () => {
  const [oldest, newest] = [history[0] ?? backupOf(0), history.at(-1) ?? backupOf(0)];
  const without = (gone: typeof oldest) =>
    plan(listingOf(history, { keys: listingOf().keys.filter((key) => key !== gone.fileKey), catalogued: [] }));
  expect(without(oldest).refusal).toBeUndefined();
  const decisionOf = (gone: typeof oldest) => {
    const planned = without(gone);
    return planned.refusal === undefined ? planned.decisions.find(({ backup }) => backup.id === gone.id) : undefined;
  };
  expect(decisionOf(oldest)).toMatchObject({ keep: false, reasons: [{ rule: 'incomplete' }] });
  expect(decisionOf(newest)).toMatchObject({ keep: true, reasons: [{ rule: 'incomplete' }] });
});

test('what CapOps did not make is never removed, whatever its name', () => {
  const strangers = [
    'backups/planner/2020-01-01T02-00-00Z-nightly.dump.zst',
    'holiday.jpg',
    'x.manifest.json',
    '',
    ' ',
  ];
  const planned = plan({ ...listingOf(), keys: [...strangers, ...listingOf().keys] });
  if (planned.refusal !== undefined) throw new Error(planned.refusal);
  expect(planned.strangers).toEqual(strangers);
  const touched = new Set(planned.removals.flatMap(({ manifestKey, fileKey }) => [manifestKey, fileKey]));
  expect(strangers.filter((key) => touched.has(key))).toEqual([]);
});

test('of random listings nothing is removed that was not listed, nor any file that a kept manifest names', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const below = numbers(seed);
    const backups = Array.from({ length: below(40) }, (_, count) => {
      const at = HERE.now.getTime() - below(400) * DAY_MS;
      return backupOf(at, { id: `${count}`, fileKey: `file ${below(60)}`, manifestKey: `manifest ${count}` });
    });
    const all = backups.flatMap(({ manifestKey, fileKey }) => [manifestKey, fileKey]);
    const keys = all.filter(() => below(20) > 0);
    const planned = plan({ storage: 'local', keys, backups, catalogued: [] });
    if (planned.refusal !== undefined) continue;
    const kept = new Set(planned.decisions.filter(({ keep }) => keep).map(({ backup }) => backup.fileKey));
    expect(
      planned.removals.filter(({ fileKey }) => kept.has(fileKey)),
      `seed ${seed}`,
    ).toEqual([]);
    expect(planned.removals.every(({ id }) => backups.some((one) => one.id === id))).toBe(true);
  }
});
