import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import { pruneSlots } from '../../src/ops/scheduling/prune-slots.ts';
import { runDue } from '../../src/ops/scheduling/run-due.ts';
import type { Operation } from '../../src/ops/service/operation.ts';
import type { Part, Reply, Report } from '../../src/ops/service/report.ts';
import { createService } from '../../src/ops/service/service.ts';
import { openScheduling, QUIET, type Scheduling, WEEKLY } from './scheduling.ts';

/** list-orgs as it is, unless `trouble` says what becomes of it. */
let trouble: (() => Promise<void> | void) | undefined;
/** What list-orgs reports instead. */
let told: Report | undefined;
const operations: Operation[] = OPERATIONS.map((operation) =>
  operation.name !== 'list-orgs'
    ? operation
    : {
        ...operation,
        run: async (...given: Parameters<Operation['run']>) => {
          await trouble?.();
          return operation.run(...given);
        },
        report: (...given: Parameters<Operation['report']>) => told ?? operation.report(...given),
      },
);

let scheduling: Scheduling;
beforeEach(async () => {
  trouble = undefined;
  told = undefined;
  scheduling = await openScheduling({ operations });
  await scheduling.look('2026-11-20T12:00:00Z');
});
afterEach(() => scheduling.close());

const ran = async () =>
  (
    await scheduling.desk.ledger(
      "SELECT actor_id, face, state FROM runs WHERE operation IN ('list-orgs', 'grant-module')",
    )
  ).map(({ actor_id, face, state }) => `${actor_id} ${face} ${state}`);
const MONDAY = '2026-11-23T09:00:00Z';

describe('what is due', () => {
  test('runs as its entry, and its report goes to the channel', async () => {
    await scheduling.look('2026-11-23T08:59:59Z');
    expect(await ran()).toEqual([]);
    await scheduling.look(MONDAY);
    expect(await ran()).toEqual(['schedule:weekly-ends schedule done']);
    expect(scheduling.posts).toEqual([
      {
        channel: 'C0OPS',
        operation: 'list-orgs',
        report: expect.objectContaining({
          title: 'No organisation matches.',
          parts: [{ kind: 'note', text: 'From the schedule: weekly-ends, due on 23 Nov 2026, 09:00 Europe/London.' }],
        }),
      },
    ]);
  });

  test('runs once, however often and by however many replicas it is looked at', async () => {
    scheduling.desk.now = new Date(MONDAY);
    await Promise.all(Array.from({ length: 6 }, () => scheduling.look()));
    await scheduling.look('2026-11-23T09:01:00Z');
    expect(await ran()).toHaveLength(1);
    expect(scheduling.posts).toHaveLength(1);
  });

  test('is caught up with for as long as the entry says, and not before the entry began', async () => {
    await scheduling.look('2026-11-23T10:00:01Z');
    expect(await ran()).toEqual([]);
    await scheduling.look('2026-11-30T09:59:00Z');
    expect(await ran()).toHaveLength(1);
    scheduling.entries = [WEEKLY, { ...WEEKLY, name: 'new' }, { ...WEEKLY, name: 'other', cron: '30 9 * * 1' }];
    await scheduling.look('2026-11-30T09:59:30Z');
    scheduling.entries = [{ ...WEEKLY, cron: '45 9 * * 1' }];
    await scheduling.look('2026-11-30T09:59:40Z');
    expect(await ran()).toHaveLength(1);
  });

  test('is neither lost nor doubled when the clock jumps ahead and back', async () => {
    scheduling.entries = [{ ...WEEKLY, name: 'hourly', cron: '0 * * * *' }];
    for (const time of ['12:30', '15:10', '12:40', '13:00', '12:59', '13:01', '14:00', '15:00', '15:01', '16:00']) {
      await scheduling.look(`2026-11-20T${time}:00Z`);
    }
    const slots = (await scheduling.slots()).map(({ slot }) => (slot as Date).toISOString().slice(11, 16));
    expect(slots).toEqual(['13:00', '14:00', '15:00', '16:00']);
    expect(await ran()).toHaveLength(4);
  });

  test('is measured by how late it began; a further try is late on purpose', async () => {
    const late: number[] = [];
    const meter = {
      ran: () => undefined,
      calledSlack: () => undefined,
      acknowledged: () => undefined,
      saw: () => undefined,
      late: (seconds: number) => void late.push(seconds),
      watchQueue: () => undefined,
      watchBackups: () => undefined,
    };
    const measured = { ...scheduling.ports, meter };
    const service = createService(measured, operations);
    const announcer = QUIET;
    const look = () => runDue({ ports: measured, service, announcer }, new AbortController().signal);
    scheduling.desk.now = new Date('2026-11-23T09:00:42Z');
    trouble = () => {
      throw new Error('out of order');
    };
    await look();
    await scheduling.later(1);
    trouble = undefined;
    await look();
    expect(await scheduling.slots()).toMatchObject([{ state: 'done', attempts: 2 }]);
    expect(late).toEqual([42]);
  });

  test('without a channel is recorded, and nobody is told', async () => {
    scheduling.entries = [{ ...WEEKLY, channel: undefined }];
    await scheduling.look(MONDAY);
    expect(await ran()).toHaveLength(1);
    await scheduling.later(10);
    await scheduling.look('2026-11-23T09:10:00Z');
    expect(scheduling.posts).toEqual([]);
    expect(await ran()).toHaveLength(1);
  });

  test('may do what capops.yml lists for it, and nothing else', async () => {
    scheduling.entries = [{ ...WEEKLY, operation: 'audit-verify', input: {} }];
    await scheduling.look(MONDAY);
    expect(scheduling.posts[0]?.report.title).toBe('Nothing is on record yet.');
    const actor = { id: 'schedule:weekly-ends', name: 'x', face: 'schedule' } as const;
    expect(await scheduling.desk.types(actor, 'orgs')).toMatchObject({
      kind: 'denied',
      error: { rule: 'schedule.operation' },
    });
  });
});

describe('what fails', () => {
  beforeEach(() => {
    trouble = () => {
      throw new Error('out of order');
    };
  });

  test('is tried again after 1, 5 and 15 minutes, and then the channel is told', async () => {
    await scheduling.look(MONDAY);
    for (const [minutes, attempts] of [
      [1, 2],
      [5, 3],
      [15, 4],
    ] as const) {
      await scheduling.later(minutes - 0.5);
      await scheduling.look();
      expect(await scheduling.slots()).toMatchObject([{ state: 'waiting', attempts: attempts - 1 }]);
      expect(scheduling.posts).toEqual([]);
      await scheduling.later(0.5);
      await scheduling.look();
      expect(await scheduling.slots()).toMatchObject([{ attempts }]);
    }
    expect(await scheduling.slots()).toMatchObject([{ state: 'failed' }]);
    expect(scheduling.posts).toMatchObject([
      {
        report: {
          title:
            'The scheduled operation weekly-ends failed: Something went wrong inside CapOps. Its log has the details under the reference.',
          parts: [{ text: expect.stringMatching(/Tried 4 times\. Reference [0-9a-f]{8}$/) }],
          offers: [{ operation: 'run-schedule', input: { name: 'weekly-ends' } }],
        },
      },
    ]);
    await scheduling.later(60);
    await scheduling.look();
    expect(await ran()).toHaveLength(4);
  });

  test('and works the second time is no news', async () => {
    await scheduling.look(MONDAY);
    trouble = undefined;
    await scheduling.later(1);
    await scheduling.look();
    expect(scheduling.posts).toMatchObject([{ report: { title: 'No organisation matches.' } }]);
  });

  test('by the request’s own fault is told at once, and not tried again', async () => {
    scheduling.entries = [{ ...WEEKLY, operation: 'grant-module', input: { org: 'XXX', module: 'work' } }];
    await scheduling.look(MONDAY);
    await scheduling.later(60);
    await scheduling.look();
    expect(await ran()).toEqual(['schedule:weekly-ends schedule refused']);
    expect(scheduling.posts).toMatchObject([
      { report: { title: expect.stringContaining('failed: There is no organisation XXX') } },
    ]);
  });

  test('is not tried again when that would be later than the entry catches up', async () => {
    scheduling.entries = [{ ...WEEKLY, catchUpMs: 120_000 }];
    await scheduling.look('2026-11-23T09:01:30Z');
    expect(scheduling.posts).toHaveLength(1);
    expect(await scheduling.slots()).toMatchObject([{ state: 'failed', attempts: 1 }]);
  });
});

describe('a replica that dies', () => {
  const die = () =>
    scheduling.desk.ledger(
      `UPDATE schedule_slots
       SET state = 'running', told_at = NULL, report = NULL, run_id = NULL, posted = NULL, replied = 0`,
    );

  test('leaves its slot to the others, two minutes after it last said that it is at work', async () => {
    await scheduling.look(MONDAY);
    await die();
    await scheduling.look('2026-11-23T09:01:00Z');
    expect(await ran()).toHaveLength(1);
    await scheduling.later(2);
    await scheduling.look('2026-11-23T09:02:00Z');
    expect(await scheduling.slots()).toMatchObject([{ state: 'done', attempts: 2 }]);
    expect(scheduling.posts).toHaveLength(2);
  });

  test('behind a change that is done does not have it done twice', async () => {
    await scheduling.desk.airports('LHR');
    scheduling.entries = [{ ...WEEKLY, operation: 'grant-module', input: { org: 'LHR', module: 'work' } }];
    await scheduling.look(MONDAY);
    await die();
    await scheduling.later(2);
    await scheduling.look();
    expect(await ran()).toEqual(['schedule:weekly-ends schedule done']);
    expect(scheduling.posts.map(({ report }) => report.title)).toEqual(
      Array(2).fill(expect.stringContaining('now has work')),
    );
  });

  test('amid a change: it is waited for until it is known what became of that', async () => {
    await scheduling.desk.airports('LHR');
    scheduling.entries = [{ ...WEEKLY, operation: 'grant-module', input: { org: 'LHR', module: 'work' } }];
    await scheduling.look(MONDAY);
    await die();
    await scheduling.desk.ledger("UPDATE runs SET state = 'running', result = NULL WHERE operation = 'grant-module'");
    for (let minute = 0; minute < 6; minute++) {
      await scheduling.later(2);
      await scheduling.look();
      expect(await scheduling.slots()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    }
    expect(scheduling.posts).toHaveLength(1);
    await scheduling.desk.ledger("UPDATE runs SET state = 'interrupted', request_key = NULL WHERE state = 'running'");
    await scheduling.later(2);
    await scheduling.look();
    expect(await ran()).toEqual(['schedule:weekly-ends schedule interrupted', 'schedule:weekly-ends schedule done']);
    expect(await scheduling.slots()).toMatchObject([{ state: 'done', attempts: 2 }]);
  });

  test('and is found too late is told of, and not run', async () => {
    await scheduling.look(MONDAY);
    await die();
    await scheduling.later(2);
    await scheduling.look('2026-11-23T10:00:01Z');
    expect(await ran()).toHaveLength(1);
    expect(scheduling.posts[1]?.report.title).toContain('too late to run it again');
  });

  test('and comes back finds that another has taken its slot, and leaves it', async () => {
    const meanwhile = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    trouble = () => {
      trouble = undefined;
      begun.resolve();
      return meanwhile.promise;
    };
    const slow = scheduling.look(MONDAY);
    await begun.promise;
    await scheduling.later(2);
    await scheduling.look();
    meanwhile.resolve();
    await slow;
    expect(scheduling.posts).toHaveLength(1);
    expect(await scheduling.slots()).toMatchObject([{ state: 'done', attempts: 2 }]);
  });
});

describe('a report that Slack does not take', () => {
  test('is posted later, without another run', async () => {
    scheduling.slackIsDown = true;
    await scheduling.look(MONDAY);
    scheduling.slackIsDown = false;
    await scheduling.later(4.5);
    await scheduling.look('2026-11-23T09:04:00Z');
    expect(scheduling.posts).toEqual([]);
    await scheduling.later(0.5);
    await scheduling.look('2026-11-23T09:05:00Z');
    expect(scheduling.posts).toHaveLength(1);
    expect(await ran()).toHaveLength(1);
  });

  test('is given up after a day', async () => {
    scheduling.slackIsDown = true;
    await scheduling.look(MONDAY);
    await scheduling.later(5);
    await scheduling.look('2026-11-24T09:00:00Z');
    scheduling.slackIsDown = false;
    await scheduling.later(5);
    await scheduling.look('2026-11-24T09:05:00Z');
    expect(scheduling.posts).toEqual([]);
  });
});

describe('a report with a thread', () => {
  const THREAD = ['Backups', 'Runs', 'Errors'];
  const chart = {
    kind: 'chart',
    shape: 'line',
    title: 'ms',
    labels: ['a'],
    series: [{ name: 'A', values: [undefined] }],
  };
  beforeEach(() => {
    told = { tone: 'info', title: 'All is well.', parts: [chart as Part], thread: THREAD.map(titled) };
  });
  const titled = (title: string): Reply => ({ tone: 'info', title });
  const dies = (behind: string) => {
    scheduling.posted = async (title) => {
      if (title !== behind) return;
      scheduling.posted = () => undefined;
      // To whoever comes next it is as if this process had died: it says nothing any more.
      await scheduling.desk.ledger('UPDATE schedule_slots SET claim = gen_random_uuid(), held_until = now()');
      throw new Error('the process died');
    };
  };
  const titles = () => scheduling.replies.map(({ title }) => title);

  test('is posted with its replies under it, in order', async () => {
    await scheduling.look(MONDAY);
    expect(scheduling.posts).toMatchObject([{ report: { title: 'All is well.', parts: [{ kind: 'chart' }, {}] } }]);
    expect(scheduling.posts[0]?.report.thread).toBeUndefined();
    expect(scheduling.replies).toEqual(THREAD.map((title) => ({ under: '1', title })));
    await scheduling.later(10);
    await scheduling.look('2026-11-23T09:10:00Z');
    expect([scheduling.posts.length, titles()]).toEqual([1, THREAD]);
  });

  test('of which Slack takes only some goes on with the first that it did not take', async () => {
    scheduling.posted = (title) => {
      scheduling.slackIsDown = title === 'Backups';
    };
    await scheduling.look(MONDAY);
    expect([scheduling.posts.length, titles()]).toEqual([1, ['Backups']]);
    scheduling.slackIsDown = false;
    scheduling.posted = () => undefined;
    await scheduling.later(5);
    await scheduling.look('2026-11-23T09:05:00Z');
    expect([scheduling.posts.length, titles()]).toEqual([1, THREAD]);
    expect(await scheduling.desk.ledger('SELECT told_at IS NOT NULL AS told FROM schedule_slots')).toEqual([
      { told: true },
    ]);
  });

  test.each([
    ['All is well.', 2, THREAD],
    ['Backups', 1, ['Backups', ...THREAD]],
    ['Errors', 1, [...THREAD, 'Errors']],
  ])(
    'whose poster dies right behind “%s” has that one told twice, and nothing else twice or never',
    async (last, posts, replies) => {
      dies(last);
      await scheduling.look(MONDAY);
      await scheduling.later(2);
      await scheduling.look('2026-11-23T09:02:00Z');
      expect([scheduling.posts.length, titles()]).toEqual([posts, replies]);
      expect(await ran()).toHaveLength(1);
    },
  );
});

test('slots that are over are kept for so long, and the newest of each entry for ever', async () => {
  const add = (entry: string, slot: string, told: string) =>
    scheduling.desk.ledger(
      `INSERT INTO schedule_slots (entry, slot, state, attempts, claim, held_until, told_at)
       VALUES ('${entry}', '${slot}', 'done', 1, gen_random_uuid(), now(), ${told})`,
    );
  await add('often', '2025-01-01', 'now()');
  await add('often', '2025-06-01', 'NULL');
  await add('often', '2026-11-01', 'now()');
  await add('once', '2020-01-01', 'now()');
  scheduling.desk.now = new Date('2026-11-22T12:00:00Z');
  expect(await pruneSlots(scheduling.ports)).toBe(1);
  expect(await scheduling.slots()).toMatchObject([
    { entry: 'once' },
    { entry: 'often', slot: new Date('2025-06-01') },
    { entry: 'often', slot: new Date('2026-11-01') },
  ]);
});
