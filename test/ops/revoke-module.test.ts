import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Desk, OMAR, openDesk, said, TERMINAL } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
});
afterAll(() => desk.close());
beforeEach(async () => {
  await desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await desk.types(OMAR, 'grant LHR work,assets until 2027-06-30');
});

const statuses = () =>
  desk.platform('SELECT module_key, status, valid_until::text FROM entitlement.entitlements ORDER BY 1');

it('suspends and deletes nothing', async () => {
  const outcome = await desk.types(OMAR, 'revoke LHR work because the contract ended');
  expect(said(outcome)).toContain('LHR (LHR Airport) no longer has work.');
  expect(await statuses()).toEqual([
    { module_key: 'assets', status: 'active', valid_until: '2027-06-30 23:59:59.999' },
    { module_key: 'work', status: 'suspended', valid_until: '2027-06-30 23:59:59.999' },
  ]);
});

it('records the reason with the run’s id beside the platform’s own values', async () => {
  const outcome = await desk.types(OMAR, 'revoke LHR work because the contract ended');
  const [audit] = await desk.platform("SELECT * FROM entitlement.entitlement_audits WHERE action = 'suspended'");
  expect(audit).toMatchObject({
    module_key: 'work',
    previous_value: { status: 'active', validUntil: '2027-06-30T23:59:59.999Z' },
    new_value: { status: 'suspended', validUntil: '2027-06-30T23:59:59.999Z' },
    reason: `the contract ended [run ${outcome.runId}]`,
  });
});

it('asks for a reason in Slack and does without one in the terminal', async () => {
  const slack = await desk.types(OMAR, 'revoke LHR work');
  expect(slack.kind === 'refused' && slack.error.problems).toMatchObject([{ argument: 'reason' }]);
  expect((await desk.types(TERMINAL, 'revoke LHR work')).kind).toBe('done');
});

it('says where there was no access to take, and changes nothing then', async () => {
  const outcome = await desk.types(OMAR, 'revoke LHR planning because of nothing');
  expect(said(outcome)).toContain('LHR (LHR Airport) has no access to planning. Nothing was changed.');
  await desk.types(OMAR, 'revoke LHR all because it closes');
  const again = await desk.types(OMAR, 'revoke LHR all because it closes');
  expect(again.kind === 'done' && again.report.tone).toBe('unchanged');
  expect(
    await desk.platform("SELECT count(*)::int AS n FROM entitlement.entitlement_audits WHERE action = 'suspended'"),
  ).toEqual([{ n: 2 }]);
});

it('offers to give back exactly what was taken', async () => {
  const outcome = await desk.types(OMAR, 'revoke LHR all because of a mistake');
  const [offer] = (outcome.kind === 'done' && outcome.report.offers) || [];
  expect(offer).toMatchObject({ label: 'Give assets and work back', operation: 'grant-module' });
  const operation = desk.service.find('grant');
  if (!operation || !offer) throw new Error('no offer');
  await desk.service.execute({ operation, actor: OMAR, raw: offer.input });
  expect((await statuses()).map((row) => [row.status, row.valid_until])).toEqual(
    Array(2).fill(['active', '2027-06-30 23:59:59.999']),
  );
});

it('is announced with its reason', async () => {
  const outcome = await desk.types(OMAR, 'revoke LHR work because the contract ended');
  expect(outcome.kind === 'done' && outcome.report.announcement).toBe(
    'took work away from LHR (LHR Airport) because the contract ended',
  );
});
