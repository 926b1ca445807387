import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expireEnded } from '../../src/models/access-ends.ts';
import { AccessExpiry } from '../../src/models/access-expiry.ts';
import { Start } from '../../src/models/start.ts';
import { reconcile } from '../../src/ops/upkeep/reconcile.ts';
import { type AccessGround, openAccessGround } from './access-ground.ts';
import { startOf } from './crew.ts';
import { ADA, OMAR, said, TERMINAL, VERA } from './desk.ts';

let ground: AccessGround;
beforeAll(async () => {
  ground = await openAccessGround();
});
afterAll(() => ground.close());
beforeEach(async () => {
  const { desk } = ground;
  await desk.platform(
    'TRUNCATE entitlement.entitlements, entitlement.entitlement_audits; DELETE FROM public.organizations',
  );
  await desk.ledger('TRUNCATE runs CASCADE; TRUNCATE access_expiries, access_reminders, agreed_ends, leases, freezes');
  ground.posts.length = 0;
  ground.forgotten.length = 0;
  desk.complaints.length = 0;
  desk.now = new Date('2026-11-22T12:00:00.000Z');
  ground.beforePost = () => undefined;
});

const audits = () => ground.desk.platform('SELECT * FROM entitlement.entitlement_audits ORDER BY module_key');
const titles = () => ground.posts.map(({ report }) => report.title);

describe('at its end', () => {
  test('access expires, with the platform’s own trace, the cache told, and the channel in one message', async () => {
    await ground.access('LHR', 'work', '2026-01-31 23:59:59.999');
    await ground.access('LHR', 'assets', '2026-01-31 23:59:59.999');
    await ground.access('AMS', 'work', '2026-02-01 10:00:00');
    await ground.access('AMS', 'assets', null);
    await ground.access('AMS', 'planning', '2026-01-31', 'suspended');
    await ground.look();
    expect(
      await ground.desk.platform('SELECT id, status, updated_by FROM entitlement.entitlements ORDER BY id'),
    ).toEqual([
      { id: 'AMS-assets', status: 'active', updated_by: null },
      { id: 'AMS-planning', status: 'suspended', updated_by: null },
      { id: 'AMS-work', status: 'expired', updated_by: 'schedule:expire-access' },
      { id: 'LHR-assets', status: 'expired', updated_by: 'schedule:expire-access' },
      { id: 'LHR-work', status: 'expired', updated_by: 'schedule:expire-access' },
    ]);
    const [run] = await ground.desk.ledger("SELECT id, state FROM runs WHERE operation = 'expire-access'");
    expect(run?.state).toBe('done');
    expect((await audits()).find(({ entitlement_id: id }) => id === 'LHR-work')).toMatchObject({
      organization_id: 'id-LHR',
      action: 'updated',
      previous_value: { status: 'active', validUntil: '2026-01-31T23:59:59.999Z' },
      new_value: { status: 'expired', validUntil: '2026-01-31T23:59:59.999Z' },
      performed_by: 'schedule:expire-access',
      reason: `Its end has passed [run ${run?.id}]`,
    });
    expect(ground.forgotten).toEqual(
      expect.arrayContaining([
        { organisationId: 'id-AMS', moduleKeys: ['work'] },
        { organisationId: 'id-LHR', moduleKeys: ['assets', 'work'] },
      ]),
    );
    expect(ground.posts).toHaveLength(1);
    expect(ground.posts[0]).toMatchObject({
      channel: 'C0OPS',
      report: {
        title: 'Access of 2 organisations has ended.',
        parts: [
          {
            items: [
              'AMS (AMS Airport): work, until 1 Feb 2026, 10:00 Europe/London',
              'LHR (LHR Airport): assets and work, until 31 Jan 2026',
            ],
          },
          {},
        ],
      },
    });
    await ground.look();
    expect(ground.posts).toHaveLength(1);
  });

  test('a grant gives it back', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    await ground.look();
    const outcome = await ground.desk.types(OMAR, 'grant LHR work until 2099-12-31');
    expect(said(outcome)).toContain('back again');
    expect(await ground.status('LHR', 'work')).toBe('active');
  });

  test('any number of replicas let it expire once, and say so once', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    await Promise.all([ground.look(), ground.look(), ground.look(), ground.look()]);
    await ground.look();
    expect(await audits()).toHaveLength(1);
    expect(titles()).toEqual(['Access of 1 organisation has ended.']);
  });

  test('a grant that extends it at that very moment wins: what it extends never expires', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    await ground.access('AMS', 'work', '2026-01-31');
    const { platform } = ground.desk.databases;
    const extending = await platform.transaction();
    await extending.raw("UPDATE entitlement.entitlements SET valid_until = '2099-01-01' WHERE id = 'LHR-work'");
    const looking = ground.look();
    await sleep(300);
    await extending.commit();
    await looking;
    await ground.look();
    expect(await ground.status('LHR', 'work')).toBe('active');
    expect(await ground.status('AMS', 'work')).toBe('expired');
    expect(await audits()).toHaveLength(1);
  });

  test('grants and sweeps beside each other leave every organisation with what its grant said', async () => {
    const codes = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF'];
    for (const code of codes) await ground.access(code, 'work', '2026-01-31');
    const grants = codes.map((code) => ground.desk.types(OMAR, `grant ${code} work until 2099-12-31`));
    await Promise.all([ground.look(), ...grants, ground.look(), ground.look()]);
    for (const code of codes) expect(await ground.status(code, 'work')).toBe('active');
    await ground.look();
    for (const code of codes) expect(await ground.status(code, 'work')).toBe('active');
  });

  test('the platform’s clock counts, not that of a replica that is ahead', async () => {
    const [row] = await ground.desk.platform("SELECT (timezone('UTC', now()) + interval '1 hour')::text AS soon");
    await ground.access('LHR', 'work', String(row?.soon));
    ground.desk.now = new Date('2099-01-01T12:00:00Z');
    await ground.look();
    expect(await ground.status('LHR', 'work')).toBe('active');
    expect(await ground.desk.ledger('SELECT 1 FROM runs')).toEqual([]);
  });

  test('nothing due leaves no record, and takes at most three statements', async () => {
    await ground.access('LHR', 'work', '2199-01-31');
    await ground.access('LHR', 'assets', null);
    let statements = 0;
    const { platform, ledger } = ground.desk.databases;
    for (const database of [platform, ledger]) database.on('query', () => statements++);
    await ground.look();
    for (const database of [platform, ledger]) database.removeAllListeners('query');
    expect(statements).toBeLessThanOrEqual(3);
    expect(await ground.desk.ledger('SELECT 1 FROM runs UNION ALL SELECT 1 FROM leases')).toEqual([]);
  });

  test('waits while changes are frozen, without a refusal every five minutes', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    await ground.desk.types(ADA, 'freeze because of an incident');
    await ground.look();
    expect(await ground.status('LHR', 'work')).toBe('active');
    expect(await ground.desk.ledger("SELECT 1 FROM runs WHERE operation = 'expire-access'")).toEqual([]);
    await ground.desk.types(ADA, 'thaw');
    await ground.look();
    expect(await ground.status('LHR', 'work')).toBe('expired');
  });

  test('is told later where Slack is down, and not a second time', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    ground.beforePost = () => {
      throw new Error('Slack is down');
    };
    await expect(ground.look()).rejects.toThrow('Slack is down');
    ground.beforePost = () => undefined;
    await ground.look();
    await ground.look();
    expect(titles()).toEqual(['Access of 1 organisation has ended.']);
  });

  /** A run of the upkeep whose process dies once `work` is done. */
  async function cutOff(work: (runId: string) => Promise<unknown>): Promise<Record<string, unknown> | undefined> {
    const { desk } = ground;
    const gone = await startOf(desk);
    const id = randomUUID();
    await desk.ledger(
      `INSERT INTO runs (id, operation, effect, actor_id, actor_name, face, input, state, start_id, started_at)
       VALUES ('${id}', 'expire-access', 'changes', 'schedule:expire-access', 'expire-access (schedule)', 'schedule', '{}', 'running', '${gone}', now())`,
    );
    await AccessExpiry.begin(desk.databases.ledger, id);
    await work(id);
    await Start.ended(desk.databases.ledger, gone, desk.now);
    await reconcile(ground.replica().ports);
    return (await desk.ledger(`SELECT state, message FROM runs WHERE id = '${id}'`))[0];
  }

  test('a process that dies behind the commit leaves a run that counts as done, and the channel hears of it', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    const run = await cutOff((id) => {
      const how = { most: 10, actorId: 'schedule:expire-access', reason: `Its end has passed [run ${id}]` };
      return ground.desk.databases.platform.transaction((trx) => expireEnded(trx, how));
    });
    expect(run?.state).toBe('done');
    await ground.look();
    expect(titles()).toEqual(['Access of 1 organisation has ended.']);
  });

  test('a process that dies before it has changed nothing, and another does it', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    const run = await cutOff(async () => undefined);
    expect(run).toEqual({ state: 'interrupted', message: expect.stringContaining('before anything was changed') });
    await ground.look();
    expect(await ground.status('LHR', 'work')).toBe('expired');
    expect(titles()).toEqual(['Access of 1 organisation has ended.']);
  });

  test('the upkeep may do that and nothing else; people need to be admins', async () => {
    await ground.access('LHR', 'work', '2026-01-31');
    expect((await ground.desk.types(OMAR, 'expire')).kind).toBe('denied');
    const upkeep = { id: 'schedule:expire-access', name: 'x', face: 'schedule' } as const;
    expect((await ground.desk.types(upkeep, 'revoke LHR work')).kind).toBe('denied');
    expect((await ground.desk.types({ ...upkeep, id: 'schedule:other' }, 'expire')).kind).toBe('denied');
    const outcome = await ground.desk.types(TERMINAL, 'expire');
    expect(said(outcome)).toContain('Access of 1 organisation has ended.');
    await ground.look();
    expect(ground.posts).toEqual([]);
  });
});

describe('before its end', () => {
  /** Noon in London on so many days before 31 December 2098, the last day of access. */
  const daysBefore = (days: number) => {
    ground.desk.now = new Date(Date.UTC(2098, 11, 31 - days, 12));
  };
  const END = '2098-12-31 23:59:59.999';

  test('the channel is reminded 30, 7 and 1 days before, once each, by however many replicas', async () => {
    // Nobody is to extend an emergency.
    await ground.access('EMR', 'work', END);
    await ground.access('LHR', 'work', END);
    await ground.access('LHR', 'assets', END);
    for (const days of [31, 30, 29, 8, 7, 7, 2, 1, 0]) {
      daysBefore(days);
      await Promise.all([ground.look(), ground.look(), ground.look()]);
    }
    expect(titles()).toEqual(
      ['in 30 days', 'in 7 days', 'tomorrow'].map(
        (when) => `Access of LHR (LHR Airport) to assets and work ends ${when}, after 31 Dec 2098.`,
      ),
    );
    expect(ground.posts[0]?.report.offers).toEqual([
      expect.objectContaining({
        label: 'Extend',
        operation: 'grant-module',
        input: { org: 'LHR', module: 'assets,work' },
        form: true,
      }),
      expect.objectContaining({
        label: 'Let it end',
        operation: 'let-access-end',
        input: { org: 'LHR', module: 'assets,work', until: '2098-12-31' },
      }),
    ]);
  });

  test('each organisation and each day has a message of its own, the first to end first', async () => {
    await ground.access('LHR', 'work', END);
    await ground.access('LHR', 'assets', '2098-12-30 23:59:59.999');
    await ground.access('AMS', 'work', END);
    daysBefore(6);
    await ground.look();
    expect(titles()).toEqual([
      'Access of LHR (LHR Airport) to assets ends in 5 days, after 30 Dec 2098.',
      'Access of AMS (AMS Airport) to work ends in 6 days, after 31 Dec 2098.',
      'Access of LHR (LHR Airport) to work ends in 6 days, after 31 Dec 2098.',
    ]);
  });

  test('a bot that was not there for days says the nearest one alone', async () => {
    await ground.access('LHR', 'work', END);
    daysBefore(5);
    await ground.look();
    daysBefore(0);
    await ground.look();
    await ground.look();
    expect(titles().map((title) => /ends (.*), after/.exec(title)?.[1])).toEqual(['in 5 days', 'today']);
  });

  test('a new end is reminded of anew', async () => {
    await ground.access('LHR', 'work', END);
    daysBefore(7);
    await ground.look();
    await ground.access('LHR', 'work', '2099-01-05 23:59:59.999');
    await ground.look();
    expect(titles().at(-1)).toBe('Access of LHR (LHR Airport) to work ends in 12 days, after 5 Jan 2099.');
  });

  test('who lets it end hears no more of that end, and of a new one again', async () => {
    await ground.access('LHR', 'work', END);
    daysBefore(30);
    await ground.look();
    expect((await ground.desk.types(VERA, 'let-end LHR work')).kind).toBe('denied');
    const outcome = await ground.desk.types(OMAR, 'let-end LHR work until 2098-12-31');
    expect(said(outcome)).toContain('LHR (LHR Airport) keeps work until 31 Dec 2098, and then it ends.');
    expect(await ground.desk.ledger('SELECT module_key, agreed_by FROM agreed_ends')).toEqual([
      { module_key: 'work', agreed_by: 'Omar (slack:U0OMAR)' },
    ]);
    for (const days of [7, 1]) {
      daysBefore(days);
      await ground.look();
    }
    expect(ground.posts).toHaveLength(1);
    await ground.access('LHR', 'work', '2099-01-01 23:59:59.999');
    await ground.look();
    expect(ground.posts).toHaveLength(2);
  });

  test('an old button does not let a later end pass', async () => {
    await ground.access('LHR', 'work', '2099-02-28 23:59:59.999');
    daysBefore(1);
    const outcome = await ground.desk.types(OMAR, 'let-end LHR work until 2098-12-31');
    expect(outcome.kind).toBe('refused');
    expect(said(outcome)).toContain('has work until 28 Feb 2099 by now');
    await ground.access('LHR', 'assets', null);
    expect(said(await ground.desk.types(OMAR, 'let-end LHR assets'))).toContain('with no end');
    expect(said(await ground.desk.types(OMAR, 'let-end LHR planning'))).toContain('has no access to planning');
    expect(await ground.desk.ledger('SELECT 1 FROM agreed_ends')).toEqual([]);
  });

  test('is told later where Slack is down, and what was told is not told again', async () => {
    await ground.access('AMS', 'work', END);
    await ground.access('LHR', 'work', END);
    daysBefore(7);
    ground.beforePost = () => {
      if (ground.posts.length === 1) throw new Error('Slack is down');
    };
    await expect(ground.look()).rejects.toThrow('Slack is down');
    ground.beforePost = () => undefined;
    await ground.look();
    await ground.look();
    expect(titles().map((title) => title.slice(10, 13))).toEqual(['AMS', 'LHR']);
  });

  test('what was extended while Slack was down is not told', async () => {
    await ground.access('LHR', 'work', END);
    daysBefore(7);
    ground.beforePost = () => {
      throw new Error('Slack is down');
    };
    await expect(ground.look()).rejects.toThrow();
    ground.beforePost = () => undefined;
    await ground.access('LHR', 'work', '2099-12-31 23:59:59.999');
    await ground.look();
    expect(ground.posts).toEqual([]);
  });

  test('many at once come in one message', async () => {
    const codes = [...'ABCDEFGHIJKL'].map((letter) => letter.repeat(3));
    for (const code of codes) await ground.access(code, 'work', END);
    daysBefore(7);
    await ground.look();
    await ground.look();
    expect(titles()).toEqual(['12 accesses of 12 organisations will end within 8 days.']);
  });
});
