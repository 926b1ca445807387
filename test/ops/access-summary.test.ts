import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, OMAR, openDesk, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk({ settings: { timeZone: 'Europe/London' } });
  await desk.airports('AAA', 'BBB', 'CCC', 'DDD');
});
afterAll(() => desk.close());

test('sums up each module, and what was changed between then and now', async () => {
  // 23:30 of 31 July in UTC is 1 August in London.
  desk.now = new Date('2026-07-31T22:30:00Z');
  await desk.types(OMAR, 'grant AAA work');
  desk.now = new Date('2026-07-31T23:30:00Z');
  await desk.types(OMAR, 'grant BBB work until 2026-08-20');
  await desk.types(OMAR, 'grant CCC work until 2026-09-20');
  await desk.types(OMAR, 'grant DDD work until 2026-09-20');
  desk.now = new Date('2026-08-10T12:00:00Z');
  await desk.types(OMAR, 'grant CCC work until 2026-12-31');
  await desk.types(OMAR, 'grant CCC work until 2026-12-30 --shorten');
  await desk.types(OMAR, 'grant DDD work');
  await desk.types(OMAR, 'grant DDD work until 2026-09-30 --shorten');
  await desk.types(OMAR, 'revoke AAA work because the contract ended');
  await desk.types(OMAR, 'grant AAA assets');
  desk.now = new Date('2026-09-01T08:00:00Z');
  await desk.platform(
    `UPDATE entitlement.entitlements SET status = 'expired' WHERE organization_id = 'id-BBB';
     INSERT INTO entitlement.entitlement_audits (id, entitlement_id, organization_id, module_key, action, previous_value, new_value, performed_by, performed_at)
       SELECT 'x', id, organization_id, module_key, 'updated', '{"status": "active"}', '{"status": "expired"}', 'schedule:expire-access', '2026-08-21'
         FROM entitlement.entitlements WHERE organization_id = 'id-BBB'`,
  );
  const outcome = await desk.types(VERA, 'access-summary');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  expect(outcome.report.title).toBe(
    '3 active accesses to modules. 1 ends within 30 days. Since 1 Aug 2026: 4 granted, 2 extended, 2 shortened, 1 revoked, 1 expired.',
  );
  expect(outcome.report.parts?.[0]).toMatchObject({
    kind: 'chart',
    labels: ['assets', 'work', 'capacity', 'planning', 'monitoring'],
    series: [
      { name: 'Active', values: [1, 2, 0, 0, 0] },
      { name: 'Ends within 30 days', values: [0, 1, 0, 0, 0] },
    ],
  });
  const operation = desk.service.find('access-summary');
  expect(operation?.csv?.(outcome.data).slice(0, 4)).toEqual([
    ['module', 'active', 'ending', 'expired', 'suspended', ...CHANGES.map((kind) => `changes.${kind}`)],
    ['assets', '1', '0', '0', '0', '1', '0', '0', '0', '0'],
    ['work', '2', '1', '1', '1', '3', '2', '2', '1', '1'],
    ['capacity', '0', '0', '0', '0', '0', '0', '0', '0', '0'],
  ]);
  const later = await desk.types(TERMINAL, 'access-summary since 2026-08-20');
  expect(said(later)).toContain('Since 20 Aug 2026: 1 expired.');
});

const CHANGES = ['granted', 'extended', 'shortened', 'revoked', 'expired'];

test('counts access as expired whose end has passed, though its row still says active', async () => {
  desk.now = new Date('2027-02-01T08:00:00Z');
  const outcome = await desk.types(VERA, 'access-summary');
  expect(said(outcome)).toContain('1 active access to modules. None ends within 30 days.');
  expect(said(outcome)).toContain('["work","0","0","3","1","no change"]');
});
