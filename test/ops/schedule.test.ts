import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import { checkSchedule } from '../../src/ops/scheduling/check-schedule.ts';
import type { Report } from '../../src/ops/service/report.ts';
import { ADA, OMAR, said, TERMINAL, VERA } from './desk.ts';
import { openScheduling, type Scheduling, WEEKLY } from './scheduling.ts';

let scheduling: Scheduling;
let types: Scheduling['desk']['types'];
beforeEach(async () => {
  scheduling = await openScheduling();
  types = scheduling.desk.types;
  await scheduling.look('2026-11-20T12:00:00Z');
});
afterEach(() => scheduling.close());

const MONDAY = '2026-11-23T09:00:00Z';

describe('the list', () => {
  const row = async () => {
    const outcome = await types(VERA, 'schedule');
    const [table] = outcome.kind === 'done' ? (outcome.report.parts ?? []) : [];
    return table?.kind === 'table' ? table.rows[0] : undefined;
  };

  test('says in words when each entry runs, when it ran and when it will', async () => {
    const first = ['weekly-ends', 'list-orgs', 'every Monday at 09:00 Europe/London'];
    expect(await row()).toEqual([...first, 'never', '23 Nov 2026, 09:00 Europe/London']);
    await scheduling.look(MONDAY);
    expect(await row()).toEqual([
      ...first,
      '23 Nov 2026, 09:00 Europe/London, done',
      '30 Nov 2026, 09:00 Europe/London',
    ]);
    await types(OMAR, 'pause-schedule weekly-ends because it is August');
    expect((await row())?.at(-1)).toBe('paused');
    expect(said(await types(VERA, 'schedule'))).toContain(
      'weekly-ends is paused since 23 Nov 2026, 09:00 Europe/London, by Omar (slack:U0OMAR), because it is August.',
    );
  });

  test('offers what the asker may do', async () => {
    const offers = async (actor: typeof VERA) => {
      const outcome = await types(actor, 'schedule');
      return outcome.kind === 'done' && outcome.report.offers?.map(({ operation }) => operation);
    };
    expect(await offers(VERA)).toEqual([]);
    expect(await offers(OMAR)).toEqual(['run-schedule', 'pause-schedule']);
    await types(OMAR, 'pause-schedule weekly-ends');
    expect(await offers(OMAR)).toEqual(['run-schedule', 'resume-schedule']);
  });

  test('of many offers what failed or is paused first, and says how the rest is typed', async () => {
    const names = Array.from({ length: 15 }, (_, place) => `entry-${place + 1}`);
    scheduling.entries = names.map((name) => ({ ...WEEKLY, name }));
    await types(OMAR, 'pause-schedule entry-14');
    const outcome = await types(OMAR, 'schedule');
    const { parts = [], offers = [] } = outcome.kind === 'done' ? outcome.report : ({} as Report);
    expect(offers).toHaveLength(24);
    expect(offers.slice(0, 3).map(({ label }) => label)).toEqual([
      'Run entry-14 now',
      'Resume entry-14',
      'Run entry-1 now',
    ]);
    expect(parts.at(-1)).toEqual({
      kind: 'note',
      text: expect.stringContaining('For the others, type “run-schedule”'),
    });
  });

  test('is empty where nothing is scheduled', async () => {
    scheduling.entries = [];
    expect(said(await types(VERA, 'schedule'))).toContain('Nothing is scheduled.');
    expect(said(await types(OMAR, 'run-schedule weekly-ends'))).toContain('capops.yml schedules nothing so far.');
  });
});

describe('a pause', () => {
  test('stops an entry until it is resumed, and what was due meanwhile is not made up for', async () => {
    expect(said(await types(OMAR, 'pause-schedule weekly-ends'))).toContain('is paused until somebody resumes it');
    expect(await types(OMAR, 'pause-schedule weekly-ends')).toMatchObject({ report: { tone: 'unchanged' } });
    await scheduling.look(MONDAY);
    scheduling.desk.now = new Date('2026-11-23T09:05:00Z');
    expect(said(await types(TERMINAL, 'resume-schedule weekly-ends'))).toContain(
      'weekly-ends goes on, next on 30 Nov 2026, 09:00 Europe/London.',
    );
    expect(await types(OMAR, 'resume-schedule weekly-ends')).toMatchObject({ report: { tone: 'unchanged' } });
    await scheduling.look('2026-11-23T09:06:00Z');
    expect(await scheduling.slots()).toEqual([]);
    await scheduling.look('2026-11-30T09:00:00Z');
    expect(await scheduling.slots()).toHaveLength(1);
  });

  test('ends the tries of what has failed', async () => {
    await scheduling.look(MONDAY);
    await scheduling.desk.ledger("UPDATE schedule_slots SET state = 'waiting', told_at = NULL");
    await types(OMAR, 'pause-schedule weekly-ends');
    await types(OMAR, 'resume-schedule weekly-ends');
    await scheduling.later(60);
    await scheduling.look('2026-11-23T09:10:00Z');
    expect(await scheduling.slots()).toMatchObject([{ state: 'failed', attempts: 1 }]);
  });

  test('is on record with who made it', async () => {
    await types(OMAR, 'pause-schedule weekly-ends because it is August');
    expect(await scheduling.desk.ledger("SELECT actor_id, after FROM audit_log WHERE effect = 'changes'")).toEqual([
      { actor_id: 'slack:U0OMAR', after: { entry: 'weekly-ends', paused: true, reason: 'it is August' } },
    ]);
  });
});

describe('running now', () => {
  test('runs as the entry for whoever asked, besides its slots, and answers with the report', async () => {
    expect(await types(OMAR, 'run-schedule weekly-ends')).toMatchObject({
      kind: 'done',
      report: {
        title: 'No organisation matches.',
        announcement: 'ran the scheduled weekly-ends: No organisation matches.',
      },
    });
    expect(await scheduling.desk.ledger("SELECT actor_id, actor_name FROM runs WHERE operation = 'list-orgs'")).toEqual(
      [{ actor_id: 'schedule:weekly-ends', actor_name: 'weekly-ends (for Omar)' }],
    );
    await scheduling.look(MONDAY);
    expect(await scheduling.slots()).toHaveLength(1);
  });

  test('is for operators, and for what they may do themselves', async () => {
    expect(await types(VERA, 'run-schedule weekly-ends')).toMatchObject({ kind: 'denied' });
    scheduling.entries = [{ ...WEEKLY, operation: 'audit-verify', input: {} }];
    expect(await types(OMAR, 'run-schedule weekly-ends')).toMatchObject({
      kind: 'denied',
      error: { rule: 'role.admin' },
    });
    expect(await types(ADA, 'run-schedule weekly-ends')).toMatchObject({ kind: 'done' });
  });

  test('answers as the operation does when that refuses, and names the entry that was meant', async () => {
    expect(said(await types(OMAR, 'run-schedule weekly-end'))).toContain('Did you mean weekly-ends?');
    scheduling.entries = [{ ...WEEKLY, operation: 'grant-module', input: { org: 'XXX', module: 'work' } }];
    expect(await types(OMAR, 'run-schedule weekly-ends')).toMatchObject({ kind: 'refused' });
  });

  test('is nothing that the schedule does itself', async () => {
    scheduling.entries = [{ ...WEEKLY, operation: 'run-schedule', input: { name: 'weekly-ends' } }];
    await scheduling.look(MONDAY);
    expect(scheduling.posts).toMatchObject([{ report: { title: expect.stringContaining('cannot run itself') } }]);
  });
});

describe('the start is refused', () => {
  const check = (operation: string, input = {}) => {
    scheduling.entries = [{ ...WEEKLY, operation, input }];
    return () => checkSchedule(scheduling.ports, OPERATIONS);
  };

  test('for an entry that cannot run, by its name', () => {
    expect(check('list-orgs', { expiring: 30 })).not.toThrow();
    expect(check('list-orgz')).toThrow(
      'capops.yml schedules what cannot run:\n- schedule, weekly-ends: there is no operation “list-orgz”. Did you mean list-orgs?',
    );
    expect(check('orgs')).toThrow('there is no operation “orgs”');
    expect(check('list-orgs', { expiring: 'soon' })).toThrow('weekly-ends: Give a number of days, such as 30.');
    expect(check('list-orgs', { expiry: 3 })).toThrow('has no option --expiry');
    expect(check('grant-module', { org: 'LHR' })).toThrow('weekly-ends: No modules given');
    expect(check('bulk-import', { file: 'x.csv' })).toThrow('needs a person to look first');
    expect(check('run-schedule', { name: 'weekly-ends' })).toThrow('cannot run itself');
  });
});
