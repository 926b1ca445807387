import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScheduleEntry } from '../../src/ports.ts';
import { openScheduling, type Scheduling } from './scheduling.ts';

const ENTRY: ScheduleEntry = {
  name: 'digest',
  cron: '0 8 * * 1-5',
  timeZone: 'Europe/London',
  operation: 'digest',
  input: {},
  channel: 'C0OPS',
  catchUpMs: 4 * 3_600_000,
};
const FRIDAY = '2026-11-20T08:00:10Z';
const MONDAY = '2026-11-23T08:00:10Z';

let scheduling: Scheduling;
beforeEach(async () => {
  scheduling = await openScheduling({ entries: [ENTRY] });
  await scheduling.look('2026-11-19T12:00:00Z');
});
afterEach(() => scheduling.close());

const posts = () => scheduling.posts.map(({ report }) => JSON.stringify(report.parts));
const slots = async () => (await scheduling.slots()).map(({ slot, state }) => [(slot as Date).toISOString(), state]);

test('three replicas give one digest a working day, and each goes on where the one before ended', async () => {
  for (const day of [FRIDAY, '2026-11-21T08:00:10Z', '2026-11-22T08:00:10Z', MONDAY]) {
    await Promise.all([scheduling.look(day), scheduling.look(day), scheduling.look(day)]);
  }
  expect(posts()).toEqual([
    expect.stringContaining('What happened since 19 Nov 2026, 08:00 Europe/London.'),
    expect.stringContaining('What happened since 20 Nov 2026, 08:00 Europe/London.'),
  ]);
  expect(await slots()).toEqual([
    ['2026-11-20T08:00:00.000Z', 'done'],
    ['2026-11-23T08:00:00.000Z', 'done'],
  ]);
});

test('one whose replica dies between the message and its thread comes once, with the whole thread', async () => {
  scheduling.posted = async () => {
    scheduling.posted = () => undefined;
    await scheduling.desk.ledger('UPDATE schedule_slots SET posted = \'{"channel": "C0OPS", "ts": "1"}\'');
    await scheduling.desk.ledger(
      "UPDATE schedule_slots SET claim = gen_random_uuid(), held_until = now() + interval '1 minute'",
    );
    throw new Error('the process died');
  };
  await scheduling.look(FRIDAY);
  expect([scheduling.posts.length, scheduling.replies.length]).toEqual([1, 0]);
  await scheduling.later(1);
  await Promise.all([scheduling.look('2026-11-20T08:02:10Z'), scheduling.look('2026-11-20T08:02:10Z')]);
  expect(scheduling.posts).toHaveLength(1);
  expect(scheduling.replies.length).toBeGreaterThan(1);
  expect(new Set(scheduling.replies.map(({ title }) => title)).size).toBe(scheduling.replies.length);
});
