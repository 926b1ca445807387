import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noteSeen } from '../../src/models/emergency-watch.ts';
import { emergencyBadge } from '../../src/ops/emergencies/emergency-badge.ts';
import { emergencyStand } from '../../src/ops/emergencies/emergency-stand.ts';
import { emergencyAccess } from '../../src/ops/emergency-access.ts';
import { homeOf } from '../../src/ops/home/home-of.ts';
import { ADA, OMAR, said, TERMINAL, VERA } from './desk.ts';
import { type EmergencyGround, OMAR_IN_TERMINAL, openEmergencyGround, type Replica } from './emergency-ground.ts';

let ground: EmergencyGround;
let here: Replica;
beforeAll(async () => {
  ground = await openEmergencyGround();
});
afterAll(() => ground.close());
beforeEach(async () => {
  await ground.ledger.pass();
  await ground.platform.pass();
  await ground.forget();
  here = ground.replica();
});

const grants = () => ground.desk.ledger('SELECT * FROM emergency_grants ORDER BY given_at');
const emergencies = () => ground.desk.ledger('SELECT * FROM emergencies ORDER BY began_at');
const inChannel = () => ground.posts.filter(({ place }) => place === 'C0OPS').map(({ report }) => report.title);
const open = () =>
  ground.desk.platform("SELECT 1 FROM entitlement.entitlements WHERE status = 'active' AND valid_until > now()");
/** It is over, by the platform’s clock. */
const itEnds = () =>
  ground.desk.platform(
    "UPDATE entitlement.entitlements SET valid_until = timezone('UTC', now()) - interval '1 second'",
  );
/** All that the platform has on record was done so many hours earlier. */
const openedEarlier = (hours: number) =>
  ground.desk.platform(
    `UPDATE entitlement.entitlements SET updated_at = updated_at - interval '${hours} hours';
     UPDATE entitlement.entitlement_audits SET performed_at = performed_at - interval '${hours} hours'`,
  );
const badge = async () =>
  emergencyBadge(await emergencyStand(here.ports, 5_000), { now: here.ports.clock.now(), timeZone: 'UTC' });

/** The runbook’s own way. */
async function byHand(until = 'tomorrow'): Promise<void> {
  await here.types(ADA, 'create-org name "Emergency Admin" code EMR');
  for (const module of ['assets', 'work', 'capacity', 'planning', 'monitoring']) {
    expect((await here.types(ADA, `grant EMR ${module} until ${until}`)).kind).toBe('done');
  }
}

describe('the runbook’s manual way', () => {
  test('is noticed as the same, once, by however many replicas, and told as loudly', async () => {
    await here.tend();
    await byHand();
    await Promise.all([here.tend(), ground.replica().tend(), ground.replica().tend()]);
    await here.tend();
    expect(await grants()).toMatchObject([{ how: 'by hand', actor_id: 'slack:U0ADA', why: 'Granted through CapOps' }]);
    expect(inChannel()).toEqual([expect.stringMatching(/without a second person, by slack:U0ADA|by Ada/)]);
    expect(ground.posts.map(({ place }) => place)).toEqual(['C0OPS', 'U0EVE']);
    expect((await badge())?.title).toContain('Emergency access is open until');
  });

  test('amid which somebody looks is noticed once, too', async () => {
    await here.types(ADA, 'create-org name "Emergency Admin" code EMR modules work until tomorrow');
    await here.tend();
    await byHand();
    await here.tend();
    expect(await grants()).toHaveLength(1);
    await here.types(ADA, 'grant EMR work until in 3 days');
    await here.tend();
    expect(await grants()).toHaveLength(2);
    expect(inChannel().at(-1)).toContain('was extended');
  });

  test('in the database itself is noticed, though it leaves no trace there', async () => {
    await ground.desk.airports('EMR');
    await ground.desk.platform(
      `INSERT INTO entitlement.entitlements (id, organization_id, module_key, status, valid_until, updated_at, updated_by)
       VALUES ('x', 'id-EMR', 'work', 'active', '2098-12-31', timezone('UTC', now()), 'root')`,
    );
    await here.tend();
    await here.tend();
    expect(await grants()).toMatchObject([{ how: 'by hand', given_to: 'root' }]);
    expect(inChannel()).toHaveLength(1);
    await ground.desk.platform(
      "UPDATE entitlement.entitlements SET valid_until = NULL, updated_at = timezone('UTC', clock_timestamp())",
    );
    await here.tend();
    await here.tend();
    expect(await grants()).toMatchObject([{ how: 'by hand' }, { how: 'by hand', ends_at: null }]);
    expect(inChannel().slice(1)).toEqual([expect.stringContaining('was extended with no end')]);
  });

  test('that began and ended while nobody looked needs its review all the same', async () => {
    await here.tend();
    await byHand();
    await here.types(ADA, 'revoke EMR all because it is over');
    await here.tend();
    expect(await emergencies()).toMatchObject([{ ended_at: expect.any(Date) }]);
    expect(said(await here.types(OMAR, 'emergency-access nobody can log in'))).toContain('is missing');
  });

  test('that was over before CapOps came is nobody’s business', async () => {
    await byHand();
    await here.types(ADA, 'revoke EMR all because it is over');
    await here.tend();
    await here.tend();
    expect(await emergencies()).toEqual([]);
    expect(ground.posts).toEqual([]);
  });

  test('is over where somebody removes the organisation', async () => {
    await byHand();
    await here.tend();
    await ground.desk.platform('TRUNCATE entitlement.entitlements; DELETE FROM public.organizations');
    await here.tend();
    expect(await emergencies()).toMatchObject([{ ended_at: expect.any(Date) }]);
  });

  test('that ends is told with the way to the review', async () => {
    await byHand();
    await here.tend();
    await itEnds();
    await here.tend();
    expect(inChannel().at(-1)).toMatch(/ended at .*, by itself\. The review is due/);
    expect((await badge())?.title).toMatch(/^The review of the emergency access of .* is missing\.$/);
  });
});

describe('while the ledger is down', () => {
  const ASK = 'emergency-access nobody can log in';

  test('it is given at once, alone, on record in the journal, and told by the answer', async () => {
    await ground.ledger.refuse();
    const outcome = await here.types(OMAR, ASK);
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    expect(said(outcome)).toContain('Given without a second person, because the ledger does not answer');
    expect(outcome.report).toMatchObject({
      announcement: expect.stringContaining('opened emergency access until'),
      announceTo: ['U0ADA', 'U0EVE'],
    });
    expect(await ground.journalled()).toHaveLength(1);
    expect(await open()).toHaveLength(5);
    expect(await badge()).toMatchObject({
      title: expect.stringContaining('Emergency access is open until'),
      parts: [{ kind: 'note', text: expect.stringContaining('the ledger does not answer') }],
    });
  });

  test('it is open for no more than a day in all, by what the platform says, also with an end in between', async () => {
    await ground.ledger.refuse();
    expect((await here.types(OMAR, `${ASK} for 20h`)).kind).toBe('done');
    await openedEarlier(10);
    const refusal = await here.types(OMAR, `${ASK} for 24h`);
    expect(refusal.kind).toBe('refused');
    expect(said(refusal)).toContain(
      'open for more than 24 hours in all, so a second person has to agree. Up to 13 hours',
    );
    expect(said(refusal)).toContain('The ledger does not answer, so nobody can be asked now. Nothing was changed.');
    expect((await here.types(OMAR, 'end-emergency-access')).kind).toBe('done');
    await openedEarlier(1);
    expect((await here.types(OMAR, `${ASK} for 24h`)).kind).toBe('refused');
    const forced = await here.types(OMAR_IN_TERMINAL, `${ASK} for 24h`, { force: { reason: 'nobody can log in' } });
    expect(forced.kind, said(forced)).toBe('done');
  });

  test('that the review of an earlier one may be missing is said in the answer and to everybody', async () => {
    await ground.ledger.refuse();
    const first = await here.types(OMAR, ASK);
    expect(said(first)).toContain('Whether the review of an earlier one is missing is not known.');
    await here.types(OMAR, 'end-emergency-access');
    await openedEarlier(1);
    const outcome = await here.types(OMAR, ASK);
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    const unknown = /hether the review of the one that ended at .* UTC is missing is not known/;
    expect(said(outcome)).toMatch(unknown);
    expect(outcome.report.announcement).toMatch(unknown);
  });

  test('what was given so is entered, told and reviewed once it is back, also where it is over by then', async () => {
    await here.tend();
    await ground.ledger.refuse();
    const { runId } = await here.types(OMAR, ASK);
    expect((await here.types(OMAR, 'end-emergency-access')).kind).toBe('done');
    await ground.ledger.pass();
    await Promise.all([here.tend(), ground.replica().tend()]);
    await here.tend();
    expect(await grants()).toMatchObject([{ id: runId, how: 'alone', given_to: 'Omar (slack:U0OMAR)' }]);
    expect(await ground.desk.ledger(`SELECT state, rule FROM runs WHERE id = '${runId}'`)).toEqual([
      { state: 'done', rule: 'alone' },
    ]);
    expect(inChannel()).toEqual([
      expect.stringContaining('without a second person'),
      expect.stringContaining('The review is due'),
    ]);
    expect(said(await here.types(OMAR, ASK))).toContain('is missing');
  });

  test('that goes down while somebody waits in the terminal holds nobody up, and nothing is done twice', async () => {
    await here.tend();
    const request = { operation: emergencyAccess, actor: OMAR_IN_TERMINAL, raw: { reason: 'nobody can log in' } };
    const waiting = await here.service.execute(request);
    if (waiting.kind !== 'awaiting') throw new Error(said(waiting));
    await ground.ledger.refuse();
    ground.aheadMs = 15 * 60_000;
    const outcome = await here.service.seeThrough(request, waiting);
    const words = 'whether somebody has declined since is not known';
    expect(said(outcome)).toContain(
      `Given without a second person, because nobody had answered when the ledger was last seen; ${words}`,
    );
    await ground.ledger.pass();
    await ground.desk.ledger('UPDATE approvals SET expires_at = clock_timestamp()');
    await ground.replica().tendApprovals();
    await here.tend();
    expect(await ground.desk.platform('SELECT 1 FROM entitlement.entitlement_audits')).toHaveLength(5);
    expect(await grants()).toMatchObject([{ id: waiting.runId, how: 'alone' }]);
    expect(await ground.journalled()).toEqual([]);
  });

  test('that is down when somebody in the terminal takes their request back does not have it given once it is up', async () => {
    const request = { operation: emergencyAccess, actor: OMAR_IN_TERMINAL, raw: { reason: 'nobody can log in' } };
    const waiting = await here.service.execute(request);
    if (waiting.kind !== 'awaiting') throw new Error(said(waiting));
    await ground.ledger.refuse();
    const seen = here.service.seeThrough({ ...request, signal: AbortSignal.abort() }, waiting);
    await sleep(500);
    await ground.ledger.pass();
    await ground.desk.ledger('UPDATE approvals SET expires_at = clock_timestamp()');
    expect(await seen).toMatchObject({ kind: 'ended', state: 'cancelled' });
    expect(await open()).toEqual([]);
  });

  test('what somebody declined elsewhere, unseen from the terminal, stands on record as declined before it was given', async () => {
    await here.tend();
    const request = { operation: emergencyAccess, actor: OMAR_IN_TERMINAL, raw: { reason: 'nobody can log in' } };
    const waiting = await here.service.execute(request);
    if (waiting.kind !== 'awaiting') throw new Error(said(waiting));
    await here.types(ADA, `deny ${waiting.runId} because it is a drill`);
    await here.service.settled();
    await ground.ledger.refuse();
    ground.aheadMs = 15 * 60_000;
    const outcome = await here.service.seeThrough(request, waiting);
    expect(said(outcome)).toContain('whether somebody has declined since is not known');
    await ground.ledger.pass();
    await here.tend();
    await here.tend();
    const record = await ground.desk.ledger(
      `SELECT outcome, message FROM audit_log WHERE run_id = '${waiting.runId}' ORDER BY sequence`,
    );
    expect(record).toMatchObject([{ outcome: 'declined' }, { outcome: 'done' }]);
    expect(record[1]?.message).toContain('whether somebody has declined since is not known');
    expect(inChannel()).toEqual([expect.stringContaining('though Ada (slack:U0ADA) had declined it')]);
  });

  test('a ledger that hangs holds nobody up for 5 s', async () => {
    await here.tend();
    ground.ledger.hang();
    const begun = performance.now();
    const outcome = await here.types(OMAR, ASK);
    const tookMs = performance.now() - begun;
    expect(outcome.kind, said(outcome)).toBe('done');
    expect(tookMs).toBeLessThan(5_000);
  });
});

test('while the platform’s database is down it is not given, and says so; what was open is shown as known', async () => {
  await here.tend();
  await byHand();
  await here.tend();
  await ground.platform.refuse();
  const outcome = await here.types(OMAR, 'end-emergency-access');
  expect(said(outcome)).toContain('The platform’s database does not answer');
  expect((await badge())?.title).toContain('as far as is known: the platform’s database does not answer');
});

test('a run that is still at it enters itself; one that died before it could is entered by whoever looks', async () => {
  await here.tend();
  ground.policy = { ...ground.policy, osUsers: undefined };
  const { runId } = await here.types(TERMINAL, 'emergency-access nobody can log in');
  await here.service.settled();
  await ground.desk.ledger(
    `DELETE FROM emergency_grants; DELETE FROM emergencies; UPDATE runs SET state = 'running', finished_at = NULL`,
  );
  await here.tend();
  expect(await grants()).toEqual([]);
  await ground.desk.ledger("UPDATE runs SET state = 'done', finished_at = now()");
  await here.tend();
  expect(await grants()).toMatchObject([{ id: runId, how: 'alone', given_to: 'root (cli:root@desk)' }]);
});

describe('what Slack did not take', () => {
  test('is told once it does, and to nobody twice', async () => {
    await here.tend();
    ground.beforePost = (place) => {
      if (place === 'U0EVE') throw new Error('Slack is down');
    };
    await byHand();
    await expect(here.tend()).rejects.toThrow('Slack is down');
    ground.beforePost = () => undefined;
    await here.tend();
    await here.tend();
    expect(ground.posts.map(({ place }) => place)).toEqual(['C0OPS', 'U0EVE']);
  });
});

describe('everybody sees', () => {
  test('nothing where there is nothing', async () => {
    await noteSeen(ground.desk.databases.ledger, null);
    expect(await badge()).toBeUndefined();
    expect(said(await here.types(VERA, 'digest'))).toContain('No emergency access is open.');
  });

  test('it on top of the home tab, first in the digest and in the daily round, and no other reminders of its end', async () => {
    await byHand();
    await here.tend();
    const { sections } = await homeOf(here.ports, here.service, OMAR);
    expect(sections[0]).toMatchObject({ key: 'emergency', reply: { tone: 'attention' } });
    expect(sections.find(({ key }) => key === 'ending')?.reply.title).toContain('None within');
    const digest = await here.types(VERA, 'digest');
    if (digest.kind !== 'done') throw new Error(said(digest));
    expect(digest.report.thread?.[0]?.title).toContain('Emergency access is open until');
    expect(said(digest)).toContain('No access ends within 30 days.');
    expect(said(await here.types(VERA, 'round daily'))).toContain('☐ See that no emergency access is open');
  });
});
