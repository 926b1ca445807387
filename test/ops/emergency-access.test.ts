import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditRow } from '../../src/domain/audit-chain.ts';
import { AuditEntry } from '../../src/models/audit-entry.ts';
import { Run } from '../../src/models/run.ts';
import { emergencyAccess } from '../../src/ops/emergency-access.ts';
import type { AccessCache, Actor } from '../../src/ports.ts';
import { ADA, OMAR, said, TERMINAL, VERA } from './desk.ts';
import { type EmergencyGround, EVE, OMAR_IN_TERMINAL, openEmergencyGround, type Replica } from './emergency-ground.ts';

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

const ASK = 'emergency-access nobody can log in';
const HOUR_MS = 3_600_000;

const open = () =>
  ground.desk.platform(
    `SELECT module_key, status, valid_until FROM entitlement.entitlements e JOIN public.organizations o ON o.id = e.organization_id
      WHERE o.code = 'EMR' AND status = 'active' AND valid_until >= timezone('UTC', now()) ORDER BY module_key`,
  );
const audits = () => ground.desk.platform('SELECT * FROM entitlement.entitlement_audits ORDER BY module_key');
const grants = () => ground.desk.ledger('SELECT * FROM emergency_grants ORDER BY given_at');
const run = (id: string) => Run.byId(ground.desk.databases.ledger, id);
const onRecord = (id: string) =>
  ground.desk.ledger(`SELECT outcome, rule, message FROM audit_log WHERE run_id = '${id}' ORDER BY sequence`);
/** The wait is over, by the ledger’s clock. */
const nobodyAnswers = () =>
  ground.desk.ledger("UPDATE approvals SET expires_at = clock_timestamp() WHERE state = 'open'");

async function asked(actor: Actor = OMAR, words = ASK): Promise<string> {
  const outcome = await here.types(actor, words);
  expect(outcome.kind, said(outcome)).toBe('awaiting');
  return outcome.runId;
}

/** As it stands when nobody answers: given alone. */
async function givenAlone(words = ASK): Promise<string> {
  const id = await asked(OMAR, words);
  await nobodyAnswers();
  await here.tendApprovals();
  return id;
}

/** It is over, by the platform’s clock. */
async function itEnds(): Promise<void> {
  await ground.desk.platform(
    "UPDATE entitlement.entitlements SET valid_until = timezone('UTC', now()) - interval '1 second'",
  );
  await ground.desk.ledger("UPDATE emergencies SET ends_at = clock_timestamp() - interval '1 second'");
  ground.aheadMs = 5_000;
}

describe('emergency access', () => {
  test('waits for a second person, and is given once somebody approves: every module for four hours', async () => {
    const id = await asked();
    expect(await open()).toEqual([]);
    const before = Date.now();
    expect(said(await here.types(EVE, `approve ${id}`))).toContain('Emergency access is open: EMR (Emergency Admin)');
    const rows = await open();
    expect(rows.map(({ module_key }) => module_key)).toEqual(['assets', 'capacity', 'monitoring', 'planning', 'work']);
    const until = rows[0]?.valid_until as Date;
    expect(Math.abs(until.getTime() - before - 4 * HOUR_MS)).toBeLessThan(60_000);
    expect((await audits())[0]).toMatchObject({
      performed_by: 'slack:U0OMAR',
      reason: `Emergency access: nobody can log in [run ${id}]`,
      new_value: { status: 'active', validUntil: until.toISOString() },
    });
    expect(await grants()).toMatchObject([
      { id, how: 'approved', given_to: 'Omar (slack:U0OMAR)', why: 'nobody can log in', ends_at: until },
    ]);
    await here.tend();
    expect(ground.posts.filter(({ place }) => place !== 'C0OPS')).toEqual([]);
  });

  test('is not given where somebody declines', async () => {
    const id = await asked();
    await here.types(ADA, `deny ${id} because it is a drill`);
    await nobodyAnswers();
    await here.tendApprovals();
    expect(await open()).toEqual([]);
    expect(await run(id)).toMatchObject({ state: 'declined' });
  });

  test('is given alone once nobody has answered in time, on record under a rule of its own', async () => {
    const id = await asked();
    await here.tendApprovals();
    expect(await open()).toEqual([]);
    await nobodyAnswers();
    await here.tendApprovals();
    expect(await open()).toHaveLength(5);
    const message = 'without a second person, because nobody answered in time';
    expect(await run(id)).toMatchObject({ state: 'done', rule: 'alone', message });
    expect(await onRecord(id)).toEqual([
      { outcome: 'unanswered', rule: 'alone', message: expect.stringContaining('Nobody answered in time') },
      { outcome: 'done', rule: 'alone', message },
    ]);
    expect(await grants()).toMatchObject([{ id, how: 'alone' }]);
    expect(said(await here.types(EVE, `approve ${id}`))).toContain('this went on without a second person');
  });

  test('the channel and everybody who was passed over hear of that, by name, once', async () => {
    await givenAlone();
    ground.posts.length = 0;
    await Promise.all([here.tend(), ground.replica().tend()]);
    await here.tend();
    expect(ground.posts.map(({ place }) => place)).toEqual(['C0OPS', 'U0ADA', 'U0EVE']);
    const [channel] = ground.posts;
    expect(channel?.to).toEqual(['U0ADA', 'U0EVE']);
    expect(channel?.report.title).toMatch(
      /^Emergency access to test was opened until .*, without a second person, by Omar \(slack:U0OMAR\)\. Why: nobody can log in\.$/,
    );
    expect(channel?.report.offers).toMatchObject([{ operation: 'end-emergency-access' }]);
  });

  test('where no channel is named, that in which it was asked for hears of it', async () => {
    await givenAlone();
    ground.posts.length = 0;
    await here.tend(null);
    expect(ground.posts.map(({ place }) => place)).toEqual(['C0OPS', 'U0ADA', 'U0EVE']);
  });

  test('any number of replicas give it once', async () => {
    const id = await asked();
    await nobodyAnswers();
    await Promise.all([here, ground.replica(), ground.replica(), ground.replica()].map((one) => one.tendApprovals()));
    await here.tendApprovals();
    expect(await audits()).toHaveLength(5);
    expect((await onRecord(id)).map(({ outcome }) => outcome)).toEqual(['unanswered', 'done']);
  });

  test('whoever waits in the terminal sees how it ended, whichever process was faster', async () => {
    const request = { operation: emergencyAccess, actor: OMAR_IN_TERMINAL, raw: { reason: 'nobody can log in' } };
    const waiting = await here.service.execute(request);
    if (waiting.kind !== 'awaiting') throw new Error(said(waiting));
    await nobodyAnswers();
    const others = [ground.replica(), ground.replica(), ground.replica()];
    const [outcome] = await Promise.all([
      here.service.seeThrough(request, waiting),
      ...others.map((one) => one.tendApprovals()),
    ]);
    expect(said(outcome)).toContain('Emergency access is open: EMR (Emergency Admin)');
    expect(await audits()).toHaveLength(5);
  });

  test('a process that dies between the end of the wait and the grant leaves it to another', async () => {
    const id = await asked();
    await nobodyAnswers();
    await ground.desk.ledger("UPDATE approvals SET state = 'alone', decided_at = expires_at");
    await ground.replica().tendApprovals();
    expect(await run(id)).toMatchObject({ state: 'done', rule: 'alone' });
    expect(await audits()).toHaveLength(5);
  });

  test('one that died behind the grant is gone on with as the one that gave it, and the gateway hears of it', async () => {
    const id = await givenAlone();
    const told: unknown[] = [];
    const forget = async (access: unknown) => void told.push(access);
    const other = ground.replica({ cache: { forget } as unknown as AccessCache });
    const diesBehindGrant = () =>
      ground.desk.ledger(
        `UPDATE approvals SET state = 'alone'; UPDATE runs SET state = 'awaiting', finished_at = NULL, summary = NULL`,
      );
    await diesBehindGrant();
    await other.tendApprovals();
    expect((await run(id))?.summary).toMatch(/^Emergency access is open: EMR/);
    const moduleKeys = ['assets', 'capacity', 'monitoring', 'planning', 'work'];
    expect(told).toEqual([[{ organisationId: expect.any(String), moduleKeys }]]);
    expect(await audits()).toHaveLength(5);
    await itEnds();
    await diesBehindGrant();
    await other.tendApprovals();
    expect((await run(id))?.summary).toContain('Emergency access was opened, and has ended since.');
  });

  test('a decision at the last moment and the end of the wait: one of them stands', async () => {
    const id = await asked();
    await nobodyAnswers();
    const [decision] = await Promise.all([here.types(EVE, `deny ${id} because no`), ground.replica().tendApprovals()]);
    await here.tendApprovals();
    expect(decision.kind).toBe('refused');
    expect(await audits()).toHaveLength(5);
  });

  test('is given at once where nobody else could approve it, as loudly', async () => {
    ground.policy = {
      ...ground.policy,
      approvals: {},
      roles: { ...ground.policy.roles, admin: { users: [], groups: [] } },
    };
    const outcome = await here.types(OMAR, ASK);
    expect(said(outcome)).toContain('Given without a second person, because capops.yml names nobody else');
    expect(await grants()).toMatchObject([{ how: 'alone' }]);
    expect(await run(outcome.runId)).toMatchObject({ rule: 'alone' });
  });

  test('of an OS user of whom nobody knows who it is, is given at once too', async () => {
    ground.policy = { ...ground.policy, osUsers: undefined };
    expect(said(await here.types(TERMINAL, ASK))).toContain('capops.yml does not say who asked is in Slack');
    expect(await open()).toHaveLength(5);
  });

  test('forced in the terminal goes at once, and those who were passed over hear of it', async () => {
    const outcome = await here.types(OMAR_IN_TERMINAL, ASK, { force: { reason: 'nobody can log in' } });
    expect(outcome.kind, said(outcome)).toBe('done');
    expect(await grants()).toMatchObject([{ how: 'forced', given_to: 'omar (cli:omar@desk)' }]);
    await here.tend();
    expect(ground.posts.map(({ place }) => place)).toEqual(['C0OPS', 'U0ADA', 'U0EVE']);
  });

  test('takes a reason that says something, from 1 to 24 hours, and an operator', async () => {
    expect(said(await here.types(OMAR, 'emergency-access help'))).toContain('Say why in 10 characters or more');
    expect(said(await here.types(OMAR, `${ASK} for 25h`))).toContain('from 1 to 24 hours');
    expect(said(await here.types(OMAR, `${ASK} --hours 0`))).toContain('from 1 to 24 hours');
    expect((await here.types(VERA, ASK)).kind).toBe('denied');
    await givenAlone(`${ASK} for 6h`);
    const [row] = await open();
    expect(Math.abs(Number(row?.valid_until) - Date.now() - 6 * HOUR_MS)).toBeLessThan(60_000);
  });

  test('brings an organisation back that was there, under the name that it has', async () => {
    await ground.desk.airports('EMR');
    await here.types(ADA, 'grant EMR work until 2099-12-31');
    await here.types(ADA, 'revoke EMR work because it is over');
    await givenAlone();
    const rows = await open();
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map(({ valid_until: end }) => (end as Date).getTime())).size).toBe(1);
    expect((await grants())[0]).toMatchObject({ how: 'alone' });
  });

  test('asked for again extends it, never shortens it, and says so', async () => {
    await givenAlone(`${ASK} for 4h`);
    const shorter = await givenAlone(`${ASK} for 2h`);
    expect(await run(shorter)).toMatchObject({ state: 'done', summary: expect.stringContaining('already') });
    expect(await audits()).toHaveLength(5);
    const last = await givenAlone(`${ASK} for 8h`);
    expect(await audits()).toHaveLength(10);
    expect((await run(last))?.summary).toContain('Emergency access is extended');
    expect(await grants()).toHaveLength(2);
    expect(await ground.desk.ledger('SELECT 1 FROM emergencies')).toHaveLength(1);
    ground.posts.length = 0;
    await here.tend();
    expect(
      ground.posts.filter(({ place }) => place === 'C0OPS').map(({ report }) => report.title.slice(0, 40)),
    ).toEqual([expect.stringContaining('was opened'), expect.stringContaining('was extended')]);
  });

  test('open for more than a day in all takes a second person', async () => {
    await givenAlone(`${ASK} for 20h`);
    await ground.desk.ledger("UPDATE emergencies SET began_at = began_at - interval '10 hours'");
    const id = await givenAlone(`${ASK} for 20h`);
    expect(await run(id)).toMatchObject({ state: 'expired' });
  });

  test('is refused while changes are frozen, and can be ended all the same', async () => {
    await givenAlone();
    await here.types(ADA, 'freeze because of an incident');
    expect((await here.types(OMAR, `${ASK} for 8h`)).kind).toBe('denied');
    expect(said(await here.types(OMAR, 'end-emergency-access'))).toContain('Emergency access has ended');
    expect(await open()).toEqual([]);
  });
});

test('a freeze that comes before the end of the wait stops it, and not only until it is over', async () => {
  const id = await asked();
  await here.types(ADA, 'freeze because of an incident');
  await nobodyAnswers();
  await here.tendApprovals();
  await here.types(ADA, 'thaw');
  await here.tendApprovals();
  expect(await run(id)).toMatchObject({ state: 'denied', rule: 'frozen' });
  expect(await audits()).toEqual([]);
});

describe('its end', () => {
  test('comes by itself, and the channel hears of it with the way to the review', async () => {
    await givenAlone();
    await here.tend();
    ground.posts.length = 0;
    await itEnds();
    await Promise.all([here.tend(), ground.replica().tend()]);
    await here.tend();
    expect(ground.posts).toHaveLength(1);
    expect(ground.posts[0]?.report).toMatchObject({
      title: expect.stringMatching(/ended at .*, by itself\. The review is due/),
      offers: [{ operation: 'review-emergency', form: true }],
    });
  });

  test('can be brought about: every module is suspended, with the platform’s own trace', async () => {
    await givenAlone();
    await here.tend();
    const outcome = await here.types(OMAR, 'end-emergency-access because logging in works again');
    expect(said(outcome)).toContain('Emergency access has ended: EMR (Emergency Admin) has no module any more.');
    expect(await open()).toEqual([]);
    const ended = (await audits()).filter(({ action }) => action === 'suspended');
    expect(ended).toHaveLength(5);
    expect(ended[0]?.reason).toBe(`logging in works again [run ${outcome.runId}]`);
    const opening = ground.posts.find(({ report }) => report.title.includes('Emergency access to test'));
    expect(opening?.report.offers).toHaveLength(1);
    await here.tend();
    expect(ground.posts.at(-1)?.report.title).toContain('by Omar (slack:U0OMAR)');
    expect(opening?.report).toMatchObject({ tone: 'info', title: expect.stringContaining('ended at') });
    expect(opening?.report.offers).toBeUndefined();
    expect(said(await here.types(OMAR, 'end-emergency-access'))).toContain('No emergency access is open.');
  });
});

describe('the review', () => {
  const REVIEW = 'review-emergency --what-happened "the gateway was down" --what-was-done "restarted it"';

  test('has to be there before it is given alone again; with a second person it is given', async () => {
    await givenAlone();
    await itEnds();
    await here.tend();
    const id = await asked();
    const [approval] = await ground.desk.ledger(
      `SELECT goes_alone, expires_at > clock_timestamp() + interval '3 hours' AS long FROM approvals WHERE run_id = '${id}'`,
    );
    expect(approval).toEqual({ goes_alone: false, long: true });
    await nobodyAnswers();
    await here.tendApprovals();
    expect(await run(id)).toMatchObject({ state: 'expired' });
    const outcome = await here.types(OMAR, ASK);
    expect(said(outcome)).toContain('The review of the emergency access of');
    await here.types(EVE, `approve ${outcome.runId}`);
    expect(await open()).toHaveLength(5);
  });

  test('is due also before anybody has noted the end', async () => {
    await givenAlone();
    await itEnds();
    expect(said(await here.types(OMAR, ASK))).toContain('is missing, so it is not given without a second person');
  });

  test('brings what is on record of that time, is told, and lets it be given alone again', async () => {
    const id = await givenAlone();
    expect(said(await here.types(OMAR, REVIEW))).toContain('Emergency access is still open.');
    await here.tend();
    await here.types(OMAR, 'end-emergency-access');
    await here.service.settled();
    await here.tend();
    const outcome = await here.types(OMAR, REVIEW);
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    const [file] = outcome.report.attachments ?? [];
    expect(file?.name).toMatch(/^emergency-\d{4}-\d\d-\d\d\.csv$/);
    for (const words of [`${id}`, 'ledger', 'platform', 'assets active', 'assets suspended', 'end-emergency-access'])
      expect(file?.content).toContain(words);
    expect(outcome.report.announcement).toContain('What happened: the gateway was down. What was done: restarted it.');
    await here.tend();
    expect(ground.posts.at(-1)?.report).toMatchObject({
      parts: [{ facts: [['Reviewed by', 'Omar (slack:U0OMAR)'], expect.anything(), expect.anything()] }],
    });
    expect(said(await here.types(OMAR, REVIEW))).toContain('No review is missing');
    await givenAlone();
    expect(await open()).toHaveLength(5);
  });

  test('says something', async () => {
    await givenAlone();
    await itEnds();
    const refusal = said(await here.types(OMAR, 'review-emergency --what-happened x --what-was-done x'));
    expect(refusal).toContain('Say in 10 characters or more what happened');
    expect(refusal).toContain('Say in 10 characters or more what was done');
  });

  test('whose file cannot hold all that is on record of that time says so', async () => {
    await givenAlone();
    await here.service.settled();
    const { ledger } = ground.desk.databases;
    const entries = (count: number) =>
      ledger.transaction(async (trx) => {
        const [last] = await AuditEntry.newest(trx, {}, { limit: 1 });
        const { sequence: _, hash: __, ...record } = last as AuditRow;
        await AuditEntry.append(
          trx,
          Array.from({ length: count }, () => ({ ...record, effect: 'changes' as const })),
        );
      });
    for (const _ of [1, 2]) await entries(2_500);
    await itEnds();
    const outcome = await here.types(OMAR, REVIEW);
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    const [file] = outcome.report.attachments ?? [];
    expect(file?.summary).toContain('only the first 5,000 entries of the ledger are in it');
    expect(file?.content.split('\n').filter((line) => line.startsWith('ledger'))).toHaveLength(5_000);
  });

  test('is filled in once, by whoever was first', async () => {
    await givenAlone();
    await itEnds();
    const outcomes = await Promise.all([here.types(OMAR, REVIEW), ground.replica().types(ADA, REVIEW)]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['done', 'refused']);
  });
});
