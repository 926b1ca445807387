import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADA, type Desk, OMAR, openDesk, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
});
afterEach(() => desk.close());

it('refuses every change while frozen, from every face, and says who, since when and why', async () => {
  const frozen = await desk.types(ADA, 'freeze because the platform is being moved');
  expect(frozen.kind === 'done' && frozen.report.announcement).toBe(
    'froze all changes in test because the platform is being moved',
  );
  for (const [actor, text] of [
    [OMAR, 'grant LHR work'],
    [TERMINAL, 'revoke LHR work'],
    [ADA, 'create-org name A code AAA'],
  ] as const) {
    const outcome = await desk.types(actor, text);
    expect(outcome.kind).toBe('denied');
    expect(said(outcome)).toContain(
      'Changes in test are frozen since 22 Nov 2026, 12:00 UTC, by Ada (slack:U0ADA), because the platform is being moved.',
    );
  }
  expect(await desk.platform('SELECT * FROM entitlement.entitlements')).toEqual([]);
  expect((await desk.types(VERA, 'org LHR')).kind).toBe('done');
  expect(await desk.ledger("SELECT count(*)::int AS n FROM audit_log WHERE rule = 'frozen'")).toEqual([{ n: 3 }]);
});

it('ends with thaw, for everybody', async () => {
  await desk.types(ADA, 'freeze because of a test');
  expect(said(await desk.types(ADA, 'freeze because of another'))).toContain('frozen already since');
  expect(said(await desk.types(ADA, 'thaw'))).toContain('They were frozen since');
  expect((await desk.types(OMAR, 'grant LHR work')).kind).toBe('done');
  desk.now = new Date(desk.now.getTime() + 1000);
  expect(said(await desk.types(ADA, 'thaw'))).toContain('Changes are not frozen.');
});

it('is for admins', async () => {
  expect((await desk.types(OMAR, 'freeze because I like it')).kind).toBe('denied');
  expect((await desk.types(OMAR, 'thaw')).kind).toBe('denied');
});

it('two at once are one freeze', async () => {
  const outcomes = await Promise.all(['one', 'two', 'three'].map((why) => desk.types(ADA, `freeze because of ${why}`)));
  expect(outcomes.map((outcome) => outcome.kind === 'done' && outcome.report.tone).toSorted()).toEqual([
    'done',
    'unchanged',
    'unchanged',
  ]);
});

it('lets nobody flood it: one person’s requests within a minute are limited, others’ are not', async () => {
  await desk.close();
  desk = await openDesk({ settings: { requestsPerMinute: 5 } });
  await desk.airports('LHR');
  const kinds = [];
  for (let i = 0; i < 6; i++) kinds.push((await desk.types(OMAR, 'org LHR')).kind);
  expect(kinds).toEqual([...Array(5).fill('done'), 'refused']);
  expect(said(await desk.types(OMAR, 'grant LHR work'))).toContain(
    'That is more than 5 requests within a minute. Nothing was done; ask again in 60 s.',
  );
  expect((await desk.types(VERA, 'org LHR')).kind).toBe('done');
  expect((await desk.types(TERMINAL, 'org LHR')).kind).toBe('done');
  desk.now = new Date(desk.now.getTime() + 61_000);
  expect((await desk.types(OMAR, 'grant LHR work')).kind).toBe('done');
});
