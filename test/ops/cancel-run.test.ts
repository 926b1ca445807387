import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Outcome } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import type { Actor } from '../../src/ports.ts';
import { type CrewMember, joinCrew } from './crew.ts';
import { ADA, type Desk, NILS, OMAR, openDesk, POLICY, said, TERMINAL, VERA } from './desk.ts';
import { digging, survey } from './survey.ts';

const osUsers = { root: { role: 'viewer', slack: 'U0OMAR' } } as const;
const approvals = {
  'grant-module': {
    from: [{ users: ['U0ADA'], groups: [], count: 1 }],
    waitMs: 60_000,
    nudge: undefined,
    channel: undefined,
  },
};

let desk: Desk;
let bot: CrewMember;
beforeEach(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
  bot = await joinCrew(desk, [...OPERATIONS, survey, digging], { ...POLICY, osUsers, approvals });
});
afterEach(async () => {
  await bot.close();
  await desk.close();
});

async function type(actor: Actor, text: string): Promise<Outcome> {
  const [verb = '', ...words] = splitWords(text);
  const operation = bot.service.find(verb);
  if (!operation) throw new Error(verb);
  return bot.service.execute({ operation, actor, raw: readWords(operation, words), answer: 'a' });
}

const cancel = (actor: Actor, run: string) => type(actor, `cancel ${run}`);
const stateOf = async (id: string) => (await desk.ledger(`SELECT state FROM runs WHERE id = '${id}'`))[0]?.state;
const move = (id: string, change: object) => desk.databases.ledger('runs').where({ id }).update(change);

describe('who may cancel', () => {
  it('is whoever asked, on whatever face, and an operator; nobody else', async () => {
    const { runId } = await type(OMAR, 'survey /tmp/none');
    const denied = await cancel(VERA, runId);
    expect(denied).toMatchObject({ kind: 'denied', error: { rule: 'cancel.others' } });
    expect(said(denied)).toContain('was asked for by Omar. Others’ runs are cancelled by operators.');
    expect((await cancel(NILS, runId)).kind).toBe('denied');
    expect(await stateOf(runId)).toBe('queued');
    expect(said(await cancel(TERMINAL, runId))).toContain('is cancelled. Nothing was changed.');
    const again = await type(OMAR, 'survey /tmp/none');
    const byAdmin = await cancel(ADA, again.runId);
    expect(byAdmin.kind === 'done' && byAdmin.report.announcement).toBe(
      `cancelled survey by Omar (run ${again.runId.slice(0, 8)})`,
    );
  });
});

describe('a run that waits', () => {
  it('for its turn is over at once; asker, audit and record know who ended it', async () => {
    const { runId } = await type(OMAR, 'survey /tmp/none');
    await cancel(ADA, runId.slice(0, 8));
    const message = 'Ada (slack:U0ADA) cancelled this. Nothing was changed.';
    expect(bot.told.map(({ runId: id, outcome }) => [id, said(outcome)])).toEqual([[runId, message]]);
    expect(await desk.ledger(`SELECT outcome, message, actor_name FROM audit_log WHERE run_id = '${runId}'`)).toEqual([
      { outcome: 'cancelled', message, actor_name: 'Omar' },
    ]);
    expect(said(await type(ADA, `run ${runId}`))).toContain('cancelled this');
    expect(said(await type(ADA, 'runs state cancelled'))).toContain('survey cancelled');
  });

  it('for a second person is over at once, and can no longer be approved', async () => {
    const { runId, kind } = await type(OMAR, 'grant LHR work');
    expect(kind).toBe('awaiting');
    expect(said(await type(ADA, `run ${runId}`))).toContain('for a second person');
    await cancel(OMAR, runId);
    expect(await desk.ledger('SELECT state FROM approvals')).toEqual([{ state: 'withdrawn' }]);
    expect((await type(ADA, `approve ${runId}`)).kind).toBe('refused');
    expect([await stateOf(runId), await desk.platform('SELECT * FROM entitlement.entitlements')]).toEqual([
      'cancelled',
      [],
    ]);
  });

  it('is cancelled once, though several do at once', async () => {
    const { runId } = await type(OMAR, 'survey /tmp/none');
    await Promise.all([OMAR, ADA, OMAR, ADA].map((actor) => cancel(actor, runId)));
    expect(await desk.ledger(`SELECT outcome FROM audit_log WHERE run_id = '${runId}'`)).toHaveLength(1);
    expect(bot.told).toHaveLength(1);
  });
});

describe('a run that is being done', () => {
  it('and does not take long is not cancelled', async () => {
    const { runId } = await type(OMAR, 'create-org name Narita code NRT');
    await move(runId, { state: 'running', finished_at: null });
    expect(said(await cancel(OMAR, runId))).toContain('it can no longer be cancelled');
    expect(await desk.ledger(`SELECT cancel_asked_by FROM runs WHERE id = '${runId}'`)).toEqual([
      { cancel_asked_by: null },
    ]);
  });

  it('and does not stop in time is said to go on, and who wants it to end', { timeout: 20_000 }, async () => {
    const { runId } = await type(OMAR, 'survey /tmp/none');
    await move(runId, { state: 'running' });
    expect(said(await cancel(ADA, runId))).toContain('is asked to stop and has not stopped yet.');
    expect(said(await type(ADA, `run ${runId}`))).toContain('["To be cancelled by","Ada (slack:U0ADA)"]');
  });

  it('and ends before it has heard of it, is said to have', async () => {
    const { runId } = await type(OMAR, 'survey /tmp/none');
    await move(runId, { state: 'running' });
    const answer = cancel(ADA, runId);
    await expect.poll(() => desk.ledger('SELECT * FROM runs WHERE cancel_asked_by IS NOT NULL')).toHaveLength(1);
    await move(runId, { state: 'done', finished_at: desk.now, summary: 'The airfield is surveyed.' });
    expect(said(await answer)).toMatch(/Too late: survey by Omar .* ended first: done\. The airfield is surveyed\./);
  });
});

describe('a run that is over', () => {
  it('is said to be, and how it ended', async () => {
    const { runId } = await type(OMAR, 'create-org name Narita code NRT');
    expect(said(await cancel(OMAR, runId))).toMatch(/is over: done\. NRT .* is created/);
    expect(said(await cancel(OMAR, 'abcdef'))).toContain('There is no run abcdef.');
  });
});
