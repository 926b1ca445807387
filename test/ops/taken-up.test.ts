import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import type { Actor } from '../../src/ports.ts';
import { type CrewMember, goneStart, joinCrew } from './crew.ts';
import { ADA, type Desk, OMAR, openDesk, said } from './desk.ts';

let desk: Desk;
let replica: CrewMember;
beforeEach(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
  replica = await joinCrew(desk);
});
afterEach(async () => {
  await replica.close();
  await desk.close();
});

/** Cut off behind the intent: before the change, or right behind it. */
async function cutOff(actor: Actor, text: string, where: 'before' | 'behind'): Promise<string> {
  const [verb = '', ...words] = splitWords(text);
  const operation = OPERATIONS.find((one) => one.verb === verb);
  if (!operation) throw new Error(verb);
  const id = crypto.randomUUID();
  const request = { operation, actor, raw: readWords(operation, words), answer: 'a', deliveryKey: `command:${id}` };
  const receipt = await replica.service.receive(request);
  if (receipt.kind !== 'stored') throw new Error(receipt.kind);
  if (where === 'behind') await replica.service.execute({ ...request, receipt });
  await desk.databases
    .ledger('runs')
    .where({ id: receipt.runId })
    .update({ state: 'running', finished_at: null, result: null, start_id: await goneStart(desk) });
  return receipt.runId;
}

const later = () => {
  desk.now = new Date(desk.now.getTime() + 60_000);
};
const answers = () => replica.told.map(({ outcome }) => said(outcome));
const accesses = () => desk.platform('SELECT module_key, status FROM entitlement.entitlements');

describe('a change that was cut off', () => {
  it.each(['before', 'behind'] as const)('%s its effect is there once, and the asker is told', async (where) => {
    await cutOff(OMAR, 'grant LHR work', where);
    await cutOff(OMAR, 'create-org name Narita code NRT', where);
    later();
    await replica.service.takeUp();
    expect(await accesses()).toEqual([{ module_key: 'work', status: 'active' }]);
    expect(await desk.platform("SELECT code FROM public.organizations WHERE code = 'NRT'")).toHaveLength(1);
    expect(await desk.platform('SELECT action FROM entitlement.entitlement_audits')).toHaveLength(1);
    expect(await desk.ledger('SELECT DISTINCT state FROM runs')).toEqual([{ state: 'done' }]);
    expect(replica.told).toHaveLength(2);
  });

  it('is told as done, and not with what a second person was shown before', async () => {
    const id = await cutOff(OMAR, 'grant LHR work', 'behind');
    const shown = { tone: 'info', title: 'LHR (LHR Airport) has now: no work.' };
    await desk.databases.ledger('runs').where({ id }).update({ result: shown });
    await replica.service.takeUp();
    expect(answers()).toEqual([expect.stringContaining('the change had been made before: it stands')]);
  });

  it('and has been asked to be cancelled meanwhile is not done', async () => {
    const id = await cutOff(OMAR, 'grant LHR work', 'before');
    await desk.databases.ledger('runs').where({ id }).update({ cancel_asked_by: 'Ada (slack:U0ADA)' });
    await replica.service.takeUp();
    expect(await accesses()).toEqual([]);
    expect(answers()).toEqual(['Ada (slack:U0ADA) cancelled this. Nothing was changed.']);
  });

  it('so long ago that nobody expects it any more is not done', async () => {
    await cutOff(OMAR, 'grant LHR work', 'before');
    desk.now = new Date(desk.now.getTime() + 3_600_000);
    await replica.service.takeUp();
    expect(await accesses()).toEqual([]);
    expect(answers()).toEqual(['CapOps was interrupted before anything was changed. Ask again.']);
  });
});

describe('a change of CapOps’ own state that was cut off behind its effect', () => {
  it('does not freeze what somebody has thawed since', async () => {
    await cutOff(ADA, 'freeze because of a test', 'behind');
    later();
    expect(said(await desk.types(ADA, 'thaw'))).toContain('allowed again');
    await replica.service.takeUp();
    expect((await desk.types(OMAR, 'grant LHR work')).kind).toBe('done');
    expect(answers()).toEqual([expect.stringContaining('Changes were frozen, and somebody has thawed since.')]);
  });

  it('does not thaw what somebody has frozen since', async () => {
    await desk.types(ADA, 'freeze because of a test');
    later();
    await cutOff(ADA, 'thaw', 'behind');
    later();
    await desk.types(ADA, 'freeze because of another');
    await replica.service.takeUp();
    expect((await desk.types(OMAR, 'grant LHR work')).kind).toBe('denied');
    expect(answers()).toEqual([expect.stringContaining('allowed again')]);
  });
});
