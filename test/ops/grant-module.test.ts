import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, OMAR, openDesk, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk({ settings: { timeZone: 'Europe/London' } });
  await desk.airports('LHR', 'AMS', 'ZRH', 'ORG');
});
afterAll(() => desk.close());
beforeEach(async () => {
  await desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await desk.ledger('TRUNCATE runs CASCADE');
});

const rows = () =>
  desk.platform(
    'SELECT module_key, status, valid_until::text, created_by FROM entitlement.entitlements ORDER BY module_key',
  );
const audits = () => desk.platform('SELECT * FROM entitlement.entitlement_audits ORDER BY performed_at, module_key');

describe('granting', () => {
  it('gives access to the end of the day in the configured zone, stored in UTC', async () => {
    const outcome = await desk.types(OMAR, 'grant lhr work until 2027-07-31');
    expect(outcome.kind).toBe('done');
    expect(said(outcome)).toContain('LHR (LHR Airport) now has work until 31 Jul 2027 (Europe/London).');
    expect(await rows()).toEqual([
      { module_key: 'work', status: 'active', valid_until: '2027-07-31 22:59:59.999', created_by: 'slack:U0OMAR' },
    ]);
  });

  it('writes the platform’s own audit row with the run’s id, and the run in the ledger', async () => {
    const outcome = await desk.types(OMAR, 'grant LHR work until 2027-07-31');
    const [audit] = await audits();
    expect(audit).toMatchObject({
      action: 'created',
      previous_value: null,
      new_value: { status: 'active', validUntil: '2027-07-31T22:59:59.999Z' },
      performed_by: 'slack:U0OMAR',
      reason: `Granted through CapOps [run ${outcome.runId}]`,
    });
    expect(audit?.performed_at).toEqual(new Date('2026-11-22T12:00:00.000Z'));
    expect(await desk.ledger('SELECT id, operation, state, actor_name, channel, input FROM runs')).toEqual([
      {
        id: outcome.runId,
        operation: 'grant-module',
        state: 'done',
        actor_name: 'Omar',
        channel: 'C0OPS',
        input: { org: 'LHR', module: 'work', until: '2027-07-31' },
      },
    ]);
  });

  it('gives several modules, or all, in one go', async () => {
    await desk.types(OMAR, 'grant LHR work, assets');
    expect((await rows()).map((row) => row.module_key)).toEqual(['assets', 'work']);
    await desk.types(OMAR, 'grant LHR all');
    expect(await rows()).toHaveLength(5);
  });

  it('says what held already and changes nothing then, not even an audit row', async () => {
    await desk.types(OMAR, 'grant LHR work');
    const again = await desk.types(OMAR, 'grant LHR work');
    expect(said(again)).toContain('has work with no end already. Nothing was changed.');
    expect(await audits()).toHaveLength(1);
  });

  it('extends an end, and says what it was', async () => {
    await desk.types(OMAR, 'grant LHR work until 2027-01-31');
    const longer = await desk.types(OMAR, 'grant LHR work until 2027-06-30');
    expect(said(longer)).toContain('work: was until 31 Jan 2027, now until 30 Jun 2027');
    expect((await audits()).map((row) => row.action)).toEqual(['created', 'updated']);
  });

  it('never shortens access unasked, and offers to', async () => {
    await desk.types(OMAR, 'grant LHR work');
    const shorter = await desk.types(OMAR, 'grant LHR work,assets until 2027-06-30');
    if (shorter.kind !== 'refused') throw new Error(shorter.kind);
    expect(shorter.error.message).toContain('LHR (LHR Airport) has work (no end), and 30 Jun 2027 is earlier.');
    expect(await rows()).toHaveLength(1);

    const [offer] = shorter.error.offers;
    const operation = desk.service.find(offer?.operation ?? '');
    if (!operation || !offer) throw new Error('no offer');
    const shortened = await desk.service.execute({ operation, actor: OMAR, raw: offer.input });
    expect(said(shortened)).toContain('work: had no end, now until 30 Jun 2027');
    expect((await rows()).map((row) => row.valid_until)).toEqual([
      '2027-06-30 22:59:59.999',
      '2027-06-30 22:59:59.999',
    ]);
  });

  it('brings suspended access back', async () => {
    await desk.types(OMAR, 'grant LHR work until 2027-06-30');
    await desk.types(OMAR, 'revoke LHR work because of a mistake');
    const back = await desk.types(OMAR, 'grant LHR work until 2027-01-31');
    expect(said(back)).toContain('back again (was suspended)');
    expect((await audits()).map((row) => row.action)).toEqual(['created', 'suspended', 'reactivated']);
  });

  it('reads and writes ends in UTC whatever the process’s zone is', async () => {
    expect(new Date('2026-11-22T12:00:00Z').getHours()).not.toBe(12);
    await desk.platform(
      "INSERT INTO entitlement.entitlements (id, organization_id, module_key, valid_until, updated_at) VALUES ('x', 'id-LHR', 'work', '2027-06-30 22:59:59.999', now())",
    );
    expect(said(await desk.types(OMAR, 'grant LHR work until 2027-06-30'))).toContain('already');
  });
});

describe('a grant is refused', () => {
  it.each([
    ['grant LRH work', 'There is no organisation LRH. Did you mean LHR, LHR Airport?'],
    ['grant ams.airport work', 'organisations go by their IATA code'],
    ['grant "zrh airport" work', 'Did you mean ZRH, ZRH Airport?'],
    [
      'grant LHR wrok',
      'There is no module “wrok”. Did you mean work? The modules are assets, work, capacity, planning and monitoring, or “all”.',
    ],
    ['grant LHR work until 2024-12-31', '31 Dec 2024 has already passed (today is 22 Nov 2026, Europe/London)'],
    ['grant LHR work until someday', '“someday” is not a date that CapOps understands'],
    ['grant LHR', 'No modules given: one or several of assets'],

    ["grant LHR work'; DROP TABLE runs; --", 'There is no module'],
    ['grant "\';DROP" work', 'There is no organisation'],
  ])('“%s”', async (text, message) => {
    const outcome = await desk.types(OMAR, text);
    expect(outcome.kind).toBe('refused');
    expect(said(outcome)).toContain(message);
    expect(await rows()).toEqual([]);
    expect(await desk.ledger('SELECT state FROM runs')).toEqual([{ state: 'refused' }]);
  });

  it.each(['LHR\u0000', 'lh\u001br', 'LHR\ud800'])(
    'for an organisation of which some characters cannot be shown',
    async (org) => {
      const operation = desk.service.find('grant');
      if (!operation) throw new Error('no operation');
      const outcome = await desk.service.execute({ operation, actor: OMAR, raw: { org, module: 'work' } });
      expect(outcome.kind === 'refused' && outcome.error.problems).toEqual([
        { argument: 'org', message: 'Organisation holds characters that cannot be shown.' },
      ]);
    },
  );

  it('to a viewer, on the record', async () => {
    const outcome = await desk.types(VERA, 'grant LHR work');
    expect(outcome.kind).toBe('denied');
    expect(said(outcome)).toContain('“grant” needs the role operator, and you are viewer');
    expect(await desk.ledger('SELECT state, rule, actor_id FROM runs')).toEqual([
      { state: 'denied', rule: 'role.operator', actor_id: 'slack:U0VERA' },
    ]);
  });
});

describe('at the same time', () => {
  it('two people granting the same module make one row and two truthful answers', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, i) => desk.types(i % 2 ? OMAR : TERMINAL, 'grant LHR work until 2027-06-30')),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(10).fill('done'));
    expect(outcomes.filter((outcome) => said(outcome).includes('now has'))).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
    expect(await audits()).toHaveLength(1);
  });

  it('grants of overlapping modules in any order do not stand in each other’s way', async () => {
    const texts = ['grant LHR work,assets', 'grant LHR assets,planning', 'grant LHR planning,work', 'grant LHR all'];
    const outcomes = await Promise.all([...texts, ...texts].map((text) => desk.types(OMAR, text)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(8).fill('done'));
    expect(await rows()).toHaveLength(5);
    expect(await audits()).toHaveLength(5);
  });

  it('the platform inserting the same row meanwhile makes the grant look again', async () => {
    const service = await desk.databases.platform.transaction();
    await service.raw(
      "INSERT INTO entitlement.entitlements (id, organization_id, module_key, valid_until, updated_at) VALUES ('theirs', 'id-AMS', 'work', '2027-06-30 22:59:59.999', now())",
    );
    const ours = desk.types(OMAR, 'grant AMS work until 2027-12-31');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await service.commit();
    expect(said(await ours)).toContain('was until 30 Jun 2027, now until 31 Dec 2027');
    expect(await rows()).toHaveLength(1);
  });
});

it('of an organisation that somebody removes in the very moment is refused, and leaves no access behind', async () => {
  await desk.airports('GON');
  const remover = await desk.databases.platform.transaction();
  await remover.raw("DELETE FROM public.organizations WHERE code = 'GON'");
  const granting = desk.types(OMAR, 'grant GON work');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await remover.commit();
  expect(said(await granting)).toContain('GON (GON Airport) was removed a moment ago. Nothing was changed.');
  expect(await rows()).toEqual([]);
});

it('delivered twice, has one effect and one answer', async () => {
  const [first, second] = await Promise.all(
    [1, 2].map(() => desk.types(OMAR, 'grant LHR work', { requestKey: 'command:1.2.3' })),
  );
  const third = await desk.types(OMAR, 'grant LHR work', { requestKey: 'command:1.2.3' });
  expect([first, second].map((outcome) => outcome?.kind === 'done' && outcome.repeated).toSorted()).toEqual([
    false,
    true,
  ]);
  expect(said(third)).toContain('now has work with no end');
  expect(third.kind === 'done' && third.repeated).toBe(true);
  expect(await desk.ledger('SELECT state FROM runs')).toEqual([{ state: 'done' }]);
});

it('may be asked for again after it was refused', async () => {
  const more = { requestKey: 'view:V1:abc' };
  expect((await desk.types(OMAR, 'grant XYZ work', more)).kind).toBe('refused');
  await desk.airports('XYZ');
  expect((await desk.types(OMAR, 'grant XYZ work', more)).kind).toBe('done');
});
