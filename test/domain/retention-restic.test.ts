import { Temporal } from 'temporal-polyfill';
import { expect, vi } from 'vitest';
import { planRetention } from '../../src/domain/retention.ts';
import { type SlotCounts, slotsOf } from '../../src/domain/retention-slots.ts';
import type { StoredBackup } from '../../src/domain/stored-backup.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { backupOf, hereOf, keptOf, numbers, rulesOf } from './backup-history.ts';
import { type Kept, openRestic } from './restic.ts';

vi.setConfig({ testTimeout: 120_000 });

const SNAPSHOTS_EACH = 30;
const POLICIES = 100;
/** Hosts, by the zone of their clocks; each has a change of the clocks in the days before the end. */
const ZONES = { london: 'Europe/London', newyork: 'America/New_York' } as const;
const END = { london: '2026-10-26T12:00:00Z', newyork: '2026-11-02T12:00:00Z' } as const;

/** Wall times from the end back: some on one day, some days or months apart. The seconds tell them from each other. */
function wallTimes(host: keyof typeof ZONES, below: (below: number) => number): string[] {
  let at = Temporal.Instant.from(END[host]);
  return Array.from({ length: SNAPSHOTS_EACH }, (_, second) => {
    at = at.subtract({ minutes: 1 + below([120, 900, 2880, 2880, 40_000][below(5)] ?? 1) });
    const wall = at.toZonedDateTimeISO(ZONES[host]).toPlainDateTime().with({ second });
    return wall.toString({ smallestUnit: 'second' }).replace('T', ' ');
  });
}

function policy(below: (below: number) => number): SlotCounts {
  const counts = { last: below(2) === 0 ? 3 : below(7), daily: below(9), weekly: below(7), monthly: below(8) };
  return counts.last + counts.daily + counts.weekly + counts.monthly > 0 ? counts : { ...counts, daily: 1 };
}

/** What we would keep of these, by which rules, as restic tells it. */
function ours(backups: readonly StoredBackup[], counts: SlotCounts, timeZone: string): Kept[] {
  return [...slotsOf(backups, counts, timeZone)].flatMap(([{ takenAt }, verdicts]) => {
    const rules = verdicts.flatMap(({ rule, slot }) => (typeof slot === 'number' ? [rule] : [])).sort();
    return rules.length > 0 ? [{ takenAt, rules }] : [];
  });
}

/** Does the work for each, two at a time. */
async function twoAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

itNeeds(
  'restic',
  'restic’s forget keeps the same of 60 snapshots, for the same reasons, under 100 policies',
  async () => {
    await using restic = await openRestic();
    const below = numbers(5);
    const hosts = Object.keys(ZONES) as (keyof typeof ZONES)[];
    const wanted = hosts.flatMap((host) => wallTimes(host, below).map((wallTime) => ({ host, wallTime })));
    await twoAtATime(wanted, ({ host, wallTime }) => restic.backup(host, wallTime, ZONES[host]));

    const snapshots = await restic.snapshots();
    const offsets = new Set(snapshots.map(({ time }) => time.slice('2026-10-25T01:30:07'.length)));
    expect([...offsets].sort()).toEqual(['+01:00', '-04:00', '-05:00', 'Z']);
    const histories = Map.groupBy(
      snapshots.toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time)),
      ({ hostname }) => hostname,
    );
    const policies = Array.from({ length: POLICIES }, () => policy(below));
    const sizes = new Set<number>();
    await twoAtATime(policies, async (counts) => {
      const theirs = await restic.forget(counts);
      for (const host of hosts) {
        const backups = (histories.get(host) ?? []).map(({ time }) => backupOf(time));
        expect(backups).toHaveLength(SNAPSHOTS_EACH);
        expect(ours(backups, counts, ZONES[host]), JSON.stringify({ host, counts })).toEqual(theirs.get(host));
        sizes.add(theirs.get(host)?.length ?? 0);
        if (counts.last !== 3) continue;
        // The three that always stay are restic's last three.
        const plan = planRetention(backups, rulesOf(counts), hereOf('2026-12-01T00:00:00Z', ZONES[host]));
        expect(keptOf(plan).map(({ takenAt }) => takenAt)).toEqual(theirs.get(host)?.map(({ takenAt }) => takenAt));
      }
    });
    expect(sizes.size).toBeGreaterThan(10);
  },
  // It starts restic 160 times.
  { timeoutSeconds: 90 },
);
