import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decide } from '../../src/models/decide-approval.ts';
import { expireApprovals } from '../../src/ops/approving/approval-record.ts';
import { carryOut } from '../../src/ops/approving/carry-out.ts';
import type { Actor, ApprovalLine, Directory, Policy } from '../../src/ports.ts';
import { ADA, type Desk, NILS, OMAR, openDesk, POLICY, said, TERMINAL, VERA } from './desk.ts';

const person = (userId: string, name: string): Actor => ({
  id: `slack:${userId}`,
  name,
  face: 'slack',
  slack: { userId, teamId: 'T0TEAM', channelId: 'C0OPS' },
});
const inTerminal = (osUser: string): Actor => ({ id: `cli:${osUser}@desk`, name: osUser, face: 'terminal', osUser });
const EVE = person('U0EVE', 'Eve');
const BOB = person('U0BOB', 'Bob');

/** The policy, which a test changes as somebody changes the file, and who is in which group. */
let viewers: string[];
let operators: string[];
let from: ApprovalLine[];
let groups: Record<string, string[]>;
let desk: Desk;

const line = (users: string[], count = 1, inGroups: string[] = []): ApprovalLine => ({
  users,
  groups: inGroups,
  count,
});

beforeEach(async () => {
  viewers = ['U0VERA', 'U0EVE', 'U0BOB'];
  operators = ['U0OMAR'];
  from = [line(['U0OMAR', 'U0EVE'])];
  groups = {};
  const policy: Policy = {
    ...POLICY,
    trustUserGroups: true,
    osUsers: {
      omar: { role: undefined, slack: 'U0OMAR' },
      eve: { role: undefined, slack: 'U0EVE' },
      root: { role: 'admin', slack: undefined },
    },
    get roles() {
      return {
        viewer: { users: viewers, groups: [] },
        operator: { users: operators, groups: [] },
        admin: { users: ['U0ADA'], groups: [] },
      };
    },
    get approvals() {
      return { 'revoke-module': { from, waitMs: 3_600_000, nudge: undefined, channel: undefined } };
    },
  };
  const directory: Directory = {
    workspaceId: async () => 'T0TEAM',
    person: async (id) => ({ name: id === 'U0EVE' ? 'Eve' : id, standing: 'member' }),
    groupMembers: async (id) => new Set(groups[id] ?? []),
    forgetGroup: () => undefined,
  };
  desk = await openDesk({ settings: { policy }, directory });
  await desk.airports('LHR');
  await desk.types(ADA, 'grant LHR work');
});
afterEach(() => desk.close());

/** Asks for what needs a second person, and returns the run's id. */
async function asked(by: Actor = OMAR): Promise<string> {
  const outcome = await desk.types(by, 'revoke LHR work because the contract ended');
  expect(outcome.kind, said(outcome)).toBe('awaiting');
  return outcome.runId;
}
const approves = (by: Actor, run: string) => desk.types(by, `approve ${run.slice(0, 8)}`);
const expire = () => expireApprovals({ databases: desk.databases, clock: { now: () => desk.now } });
const denied = (rule: string) => ({ kind: 'denied', error: { rule } });
const access = async () =>
  (await desk.platform('SELECT status FROM entitlement.entitlements')).map((row) => row.status);
const row = async (table: 'runs' | 'approvals', run: string) => {
  const [found] = await desk.ledger(`SELECT * FROM ${table} WHERE ${table === 'runs' ? 'id' : 'run_id'} = '${run}'`);
  return found;
};
const onRecord = (run: string) =>
  desk.ledger(`SELECT outcome, message, actor_id FROM audit_log WHERE run_id = '${run}' ORDER BY sequence`);
const ofDecisions = () =>
  desk.ledger(
    "SELECT operation, outcome, rule, actor_id, face, after FROM audit_log WHERE operation IN ('approve', 'deny') ORDER BY sequence",
  );

describe('what needs a second person', () => {
  test('waits, and runs for whoever asked as soon as another has approved it', async () => {
    const run = await asked();
    expect(await access()).toEqual(['active']);
    expect(await row('runs', run)).toMatchObject({ state: 'awaiting' });
    const outcome = await approves(EVE, run);
    expect(said(outcome)).toContain('You approved “revoke LHR work --reason \\"the contract ended\\"” for Omar. LHR');
    expect(outcome.kind === 'done' && outcome.report.announcement).toBeUndefined();
    expect(await access()).toEqual(['suspended']);
    const [trace] = await desk.platform(
      "SELECT performed_by FROM entitlement.entitlement_audits WHERE reason LIKE 'the contract%'",
    );
    expect(trace).toEqual({ performed_by: 'slack:U0OMAR' });
    expect(await row('runs', run)).toMatchObject({ state: 'done', actor_id: 'slack:U0OMAR' });
  });

  test('has on record who approved it, and how, and that it was done', async () => {
    const run = await asked();
    await approves(inTerminal('eve'), run);
    expect(await onRecord(run)).toEqual([
      { outcome: 'approved', message: 'Approved by eve (cli:eve@desk).', actor_id: 'slack:U0OMAR' },
      { outcome: 'done', message: null, actor_id: 'slack:U0OMAR' },
    ]);
    expect(await ofDecisions()).toEqual([
      {
        operation: 'approve',
        outcome: 'done',
        rule: null,
        actor_id: 'cli:eve@desk',
        face: 'terminal',
        after: { run, decision: 'approved', outcome: 'done' },
      },
    ]);
  });

  test('waits for one from each of two groups, whichever comes first', async () => {
    from = [line([], 1, ['S0ONE']), line([], 1, ['S0TWO'])];
    groups = { S0ONE: ['U0EVE', 'U0BOB'], S0TWO: ['U0EVE'] };
    const run = await asked();
    expect(said(await approves(EVE, run))).toContain('Still needed: the user group S0ONE or the user group S0TWO');
    expect(said(await approves(EVE, run))).toContain('Still needed');
    expect(await access()).toEqual(['active']);
    expect((await approves(BOB, run)).kind).toBe('done');
    expect(await access()).toEqual(['suspended']);
    expect((await onRecord(run))[0]?.message).toBe('Approved by Eve (slack:U0EVE) and Bob (slack:U0BOB).');
  });

  test('is refused at once where nobody else could approve it', async () => {
    from = [line(['U0OMAR'])];
    const outcome = await desk.types(OMAR, 'revoke LHR work because x');
    expect(said(outcome)).toContain('capops.yml names too few besides you');
  });
});

describe('nobody approves', () => {
  test('what they asked for themselves, though the rule names them', async () => {
    const run = await asked();
    expect(await approves(OMAR, run)).toMatchObject(denied('approval.own'));
    expect(await desk.types(OMAR, `deny ${run} because no`)).toMatchObject(denied('approval.own'));
    expect(await row('approvals', run)).toMatchObject({ state: 'open' });
    expect(await ofDecisions()).toMatchObject([
      { outcome: 'denied', rule: 'approval.own', actor_id: 'slack:U0OMAR' },
      { outcome: 'denied', rule: 'approval.own', actor_id: 'slack:U0OMAR' },
    ]);
  });

  test('for themselves by changing the face', async () => {
    const inSlack = await asked();
    expect(await approves(inTerminal('omar'), inSlack)).toMatchObject(denied('approval.own'));
    const fromTerminal = await asked(inTerminal('omar'));
    expect(await approves(OMAR, fromTerminal)).toMatchObject(denied('approval.own'));
    expect(await access()).toEqual(['active']);
  });

  test('as an OS user of whom nobody knows who it is, nor what such a one has asked for', async () => {
    const run = await asked();
    from = [line(['U0EVE', 'root', 'cli:root@desk'])];
    expect(await approves(TERMINAL, run)).toMatchObject(denied('approval.no-person'));
    const outcome = await desk.types(TERMINAL, 'revoke LHR work because x');
    expect(outcome.kind).toBe('refused');
    expect(said(outcome)).toContain('does not say who root is in Slack');
  });

  test('without a role, or where the rule does not name them, and the record has it', async () => {
    const run = await asked();
    expect(await approves(NILS, run)).toMatchObject(denied('unlisted'));
    expect(await approves(ADA, run)).toMatchObject(denied('approval.not-named'));
    expect(await desk.types(VERA, `deny ${run} because no`)).toMatchObject(denied('approval.not-named'));
    expect((await ofDecisions()).map(({ outcome, rule }) => `${outcome} ${rule}`).toSorted()).toEqual([
      'denied approval.not-named',
      'denied approval.not-named',
      'denied unlisted',
    ]);
    expect(await access()).toEqual(['active']);
  });

  test('with a role, a place in the rule or in a group that was lost since the request', async () => {
    from = [line(['U0EVE'], 1, ['S0ONE'])];
    groups = { S0ONE: ['U0BOB'] };
    const run = await asked();
    viewers = ['U0VERA', 'U0BOB'];
    expect(await approves(EVE, run)).toMatchObject(denied('unlisted'));
    viewers = ['U0VERA', 'U0BOB', 'U0EVE'];
    from = [line(['U0VERA'], 1, ['S0ONE'])];
    expect(await approves(EVE, run)).toMatchObject(denied('approval.not-named'));
    groups = { S0ONE: [] };
    expect(await approves(BOB, run)).toMatchObject(denied('approval.not-named'));
    expect((await approves(VERA, run)).kind).toBe('done');
    expect(await access()).toEqual(['suspended']);
  });

  test('with an earlier approval of somebody who has lost their role since', async () => {
    from = [line(['U0EVE', 'U0BOB', 'U0VERA'], 2)];
    const run = await asked();
    await approves(EVE, run);
    viewers = ['U0BOB', 'U0VERA'];
    expect(said(await approves(BOB, run))).toContain('Still needed');
    expect(await access()).toEqual(['active']);
    await approves(VERA, run);
    expect(await access()).toEqual(['suspended']);
    expect((await onRecord(run))[0]?.message).toBe('Approved by Bob (slack:U0BOB) and Vera (slack:U0VERA).');
  });
});

test('fifty people decide at once: one decision, one change, and everybody hears what it was', async () => {
  const people = Array.from({ length: 50 }, (_, one) => person(`U0P${one}`, `Person ${one}`));
  viewers = people.map(({ slack }) => slack?.userId ?? '');
  from = [line(viewers)];
  const run = await asked();
  const outcomes = await Promise.all(people.map((one) => approves(one, run)));
  const done = outcomes.filter(({ kind }) => kind === 'done');
  expect(done).toHaveLength(1);
  for (const outcome of outcomes.filter(({ kind }) => kind !== 'done')) {
    expect(outcome.kind).toBe('refused');
    expect(said(outcome)).toMatch(/^This was approved by Person \d+ at .* already\.$/);
  }
  expect(await access()).toEqual(['suspended']);
  expect((await onRecord(run)).map(({ outcome }) => outcome)).toEqual(['approved', 'done']);
});

describe('a request ends', () => {
  test('declined, with the reason, which whoever asked reads', async () => {
    const run = await asked();
    expect((await desk.types(EVE, `deny ${run}`)).kind).toBe('refused');
    const outcome = await desk.types(EVE, `deny ${run} because the contract goes on`);
    expect(said(outcome)).toContain('Nothing was changed, and Omar hears why.');
    const message = 'Eve declined this, because the contract goes on. Nothing was changed.';
    expect(await row('runs', run)).toMatchObject({ state: 'declined', message });
    expect(await onRecord(run)).toEqual([{ outcome: 'declined', message, actor_id: 'slack:U0OMAR' }]);
    expect(await ofDecisions()).toContainEqual(
      expect.objectContaining({
        outcome: 'done',
        after: { run, decision: 'declined', reason: 'the contract goes on' },
      }),
    );
    expect((await desk.types(EVE, `deny ${run} because the contract goes on`)).kind).toBe('done');
    expect(said(await approves(EVE, run))).toContain('This was declined by Eve at');
    expect(await access()).toEqual(['active']);
  });

  test('expired by the ledger’s clock, and is not approved any more, even before anybody has noticed', async () => {
    const run = await asked();
    desk.now = new Date(desk.now.getTime() + 24 * 3_600_000);
    await desk.ledger("UPDATE approvals SET expires_at = clock_timestamp() + interval '1 minute'");
    expect(await expire()).toEqual([]);
    await desk.ledger('UPDATE approvals SET expires_at = clock_timestamp()');
    expect(said(await approves(EVE, run))).toContain('This expired at');
    const both = await Promise.all([expire(), expire()]);
    expect(both.flat()).toEqual([run]);
    expect(await row('runs', run)).toMatchObject({ state: 'expired' });
    expect((await onRecord(run)).map(({ outcome }) => outcome)).toEqual(['expired']);
    expect(await access()).toEqual(['active']);
  });

  test('void where anything has changed since it was asked for, and nothing is done', async () => {
    const run = await asked();
    await desk.types(ADA, 'grant LHR work until 2026-12-31 shorten');
    const before = await desk.platform('SELECT * FROM entitlement.entitlements');
    expect(before[0]?.valid_until).not.toBeNull();
    expect(said(await approves(EVE, run))).toContain(
      'It was not done: What this would do has changed since it was approved',
    );
    expect(await desk.platform('SELECT * FROM entitlement.entitlements')).toEqual(before);
    expect(await row('approvals', run)).toMatchObject({ state: 'void' });
    expect(await row('runs', run)).toMatchObject({ state: 'refused' });
    expect(said(await approves(EVE, run))).toContain('it has to be asked for again');
  });

  test('void where whoever asked has lost their role since', async () => {
    const run = await asked();
    operators = [];
    expect(said(await approves(EVE, run))).toContain('It was not done: You may not use CapOps');
    expect(await access()).toEqual(['active']);
    expect(await row('approvals', run)).toMatchObject({ state: 'void' });
  });
});

describe('a freeze', () => {
  test('lets nothing be approved until it is over, and everything be declined', async () => {
    const run = await asked();
    const other = await asked();
    await desk.types(ADA, 'freeze because of a test');
    expect(await approves(EVE, run)).toMatchObject(denied('frozen'));
    expect(await row('approvals', run)).toMatchObject({ state: 'open' });
    expect((await desk.types(EVE, `deny ${other} because no`)).kind).toBe('done');
    await desk.types(ADA, 'thaw');
    expect((await approves(EVE, run)).kind).toBe('done');
    expect(await access()).toEqual(['suspended']);
  });

  test('between the approval and the run stops the run, and the approval does not hold for later', async () => {
    const run = await asked();
    const decision = {
      runId: run,
      person: 'U0EVE',
      decision: 'approve',
      actorId: EVE.id,
      name: 'Eve',
      face: 'slack',
    } as const;
    await decide(desk.databases.ledger, decision, { isMet: () => true });
    await desk.types(ADA, 'freeze because of a test');
    expect(await carryOut(desk, run)).toMatchObject(denied('frozen'));
    await desk.types(ADA, 'thaw');
    const again = await carryOut(desk, run);
    expect(again?.kind ?? 'denied').toBe('denied');
    expect(await access()).toEqual(['active']);
    expect(await row('approvals', run)).toMatchObject({ state: 'void' });
  });
});

test('an approval whose process died behind it is carried out by another, once', async () => {
  const run = await asked();
  const decision = {
    runId: run,
    person: 'U0EVE',
    decision: 'approve',
    actorId: EVE.id,
    name: 'Eve',
    face: 'slack',
  } as const;
  await decide(desk.databases.ledger, decision, { isMet: () => true });
  await Promise.all(Array.from({ length: 5 }, () => carryOut(desk, run)));
  expect(await access()).toEqual(['suspended']);
  expect(await row('approvals', run)).toMatchObject({ state: 'approved' });
  const changes = "SELECT count(*)::int AS n FROM entitlement.entitlement_audits WHERE reason LIKE 'the contract%'";
  expect(await desk.platform(changes)).toEqual([{ n: 1 }]);
});

test('whoever has approved and asks again hears what came of it, or brings it about where nobody has', async () => {
  const run = await asked();
  const decision = {
    runId: run,
    person: 'U0EVE',
    decision: 'approve',
    actorId: EVE.id,
    name: 'Eve',
    face: 'slack',
  } as const;
  await decide(desk.databases.ledger, decision, { isMet: () => true });
  expect(said(await approves(EVE, run))).toContain('LHR (LHR Airport) no longer has work.');
  expect(await access()).toEqual(['suspended']);
  expect(said(await approves(EVE, run))).toContain('for Omar. LHR (LHR Airport) no longer has work.');
  expect((await onRecord(run)).map(({ outcome }) => outcome)).toEqual(['done']);
});

describe('the list', () => {
  const listed = async (by: Actor) => {
    const outcome = await desk.types(by, 'approvals');
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    const [table] = outcome.report.parts ?? [];
    return {
      title: outcome.report.title,
      rows: table?.kind === 'table' ? table.rows : [],
      offers: outcome.report.offers?.map(({ label, operation, form }) => [label, operation, form ?? false]),
    };
  };

  test('says who asks for what, who is needed and until when, the oldest first', async () => {
    expect((await listed(VERA)).title).toBe('Nothing waits for a second person.');
    const first = await asked();
    const second = await asked();
    const { title, rows } = await listed(VERA);
    expect(title).toBe('2 requests wait for a second person');
    expect(rows.map(([run]) => run)).toEqual([first.slice(0, 8), second.slice(0, 8)]);
    expect(rows[0]?.slice(1, 4)).toEqual([
      'Omar',
      'revoke LHR work --reason "the contract ended": LHR (LHR Airport) has now:',
      'Eve',
    ]);
    expect(rows[0]?.[4]).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d UTC$/);
  });

  test('offers to decide to whoever may, and leaves out what is over', async () => {
    const run = await asked();
    const id = run.slice(0, 8);
    expect((await listed(VERA)).offers).toEqual([]);
    expect((await listed(EVE)).offers).toEqual([
      [`Approve ${id}`, 'approve', false],
      [`Deny ${id}`, 'deny', true],
    ]);
    await approves(EVE, run);
    expect((await listed(EVE)).rows).toEqual([]);
  });

  test('is not of runs that wait for nobody', async () => {
    const outcome = await desk.types(ADA, 'grant LHR assets');
    expect(said(await approves(EVE, outcome.runId))).toContain('waits for nobody’s approval');
    expect(said(await approves(EVE, 'ffffffff'))).toContain('There is no run ffffffff');
  });
});
