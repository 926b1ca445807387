import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ScheduleEntry } from '../../src/ports.ts';
import { type Desk, openDesk, POLICY, said, VERA } from './desk.ts';

const entry = (operation: string, cron: string): ScheduleEntry => ({
  ...{ name: operation, operation, cron, timeZone: 'Europe/London', input: {}, channel: 'C0OPS', catchUpMs: 3_600_000 },
});

let desk: Desk;
beforeAll(async () => {
  const schedule = [entry('nightly-backup', '0 2 * * *'), entry('digest', '0 8 * * 1-5')];
  desk = await openDesk({ settings: { timeZone: 'Europe/London', policy: { ...POLICY, schedule } } });
});
afterAll(() => desk.close());
beforeEach(() => desk.ledger('DELETE FROM schedule_slots; DELETE FROM backup_alarms'));

const slot = (name: string, at: string, state = 'done') =>
  desk.ledger(
    `INSERT INTO schedule_slots (entry, slot, state, attempts, claim, held_until) VALUES ('${name}', '${at}', '${state}', 1, gen_random_uuid(), now())`,
  );

async function round(which: string): Promise<{ title: string; lines: readonly string[] }> {
  const outcome = await desk.types(VERA, `round ${which}`);
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  const [list] = outcome.report.parts ?? [];
  return { title: outcome.report.title, lines: list?.kind === 'list' ? list.items : [] };
}

// The desk’s clock stands on Sunday, 22 November 2026, 12:00 UTC.
describe('the daily round', () => {
  test('ticks what the schedule has done, and says when', async () => {
    await slot('nightly-backup', '2026-11-22T02:00:00Z');
    await slot('digest', '2026-11-20T08:00:00Z');
    const { title, lines } = await round('daily');
    expect(lines).toContain('✓ Back up both databases: Done 10 hours ago, by the schedule.');
    expect(lines).toContain('✓ Give the digest: Done 2 days ago, by the schedule.');
    expect(lines).toContain('✓ Look at what failed: No run has failed.');
    expect(title).toBe('Today’s round: 7 of 9 done, 1 line left for a person.');
  });

  test('does not tick what there is nothing to see of', async () => {
    const { lines } = await round('daily');
    expect(lines).toContain('… See that the backups are good: There is no good backup yet.');
    expect(lines).toContain('☐ Look at the errors in the logs: capops.yml names no logs to look at.');
  });

  test('leaves what failed, and what waits, to a person', async () => {
    await slot('nightly-backup', '2026-11-22T02:00:00Z', 'failed');
    await desk.ledger(
      `INSERT INTO backup_alarms (name, words, raised_at) VALUES ('x', 'The backups are 40 hours old.', now())`,
    );
    const { title, lines } = await round('daily');
    expect(lines).toContain(
      '☐ Back up both databases: It failed on 22 Nov 2026, 02:00 Europe/London. Comes on 23 Nov 2026, 02:00 Europe/London.',
    );
    expect(lines).toContain('☐ See that the backups are good: The backups are 40 hours old.');
    expect(lines).toContain('… Give the digest: Comes on 23 Nov 2026, 08:00 Europe/London.');
    expect(title).toContain('3 lines left for a person');
  });

  test('says what was due, and was not run', async () => {
    await slot('nightly-backup', '2026-11-19T02:00:00Z');
    await slot('digest', '2026-11-20T08:00:00Z');
    desk.now = new Date('2026-11-23T08:30:00Z');
    const { lines } = await round('daily');
    desk.now = new Date('2026-11-22T12:00:00Z');
    expect(lines).toContain(
      '☐ Back up both databases: It was due on 23 Nov 2026, 02:00 Europe/London and was not run. Comes on 24 Nov 2026, 02:00 Europe/London.',
    );
    expect(lines).toContain('… Give the digest: It is due now.');
  });
});

test('the weekly round ticks no answers to a review that there was not', async () => {
  expect((await round('weekly')).lines).toContain('… Answer the access review: No access review is open.');
});

describe('the monthly round', () => {
  test('says which backup stays for last month, and misses one only where there were backups before', async () => {
    expect((await round('monthly')).lines).toContain(
      '✓ Keep the backup of last month: There were no backups yet in October 2026.',
    );
    const backup = (id: string, at: string) =>
      desk.ledger(
        `INSERT INTO backups (id, database, role, kind, taken_at, manifest) VALUES ('${id}', 'airport', 'platform', 'nightly', '${at}', '{}');
         INSERT INTO backup_copies (backup_id, storage, key, state) VALUES ('${id}', 'local', '${id}', 'good')`,
      );
    await backup('00000000-0000-4000-8000-000000000001', '2026-09-30T01:00:00Z');
    expect((await round('monthly')).lines).toContain(
      '☐ Keep the backup of last month: There is no good backup of October 2026.',
    );
    await backup('00000000-0000-4000-8000-000000000002', '2026-10-31T02:00:00Z');
    await backup('00000000-0000-4000-8000-000000000003', '2026-11-01T00:30:00Z');
    expect((await round('monthly')).lines).toContain(
      '✓ Keep the backup of last month: The backup of October 2026 is that of 31 Oct 2026, in local.',
    );
  });
});

test('a round that there is not is refused with those that there are', async () => {
  const outcome = await desk.types(VERA, 'round yearly');
  expect(said(outcome)).toContain('The rounds are daily, weekly and monthly.');
});
