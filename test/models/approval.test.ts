import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Approval } from '../../src/models/approval.ts';
import { noteDrawn, undrawnApprovals } from '../../src/models/approval-drawing.ts';
import { decide, type Verdict } from '../../src/models/decide-approval.ts';
import { Run } from '../../src/models/run.ts';
import { type Desk, openDesk } from '../ops/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  // Hours off, so that nothing here can go by it.
  desk.now = new Date(Date.now() + 11 * 3_600_000);
});
afterAll(() => desk.close());

const ledger = () => desk.databases.ledger;
const HOUR_MS = 3_600_000;

async function waiting({ waitMs = HOUR_MS, nudgeAfterMs = undefined as number | undefined } = {}): Promise<string> {
  const runId = randomUUID();
  const actor = { actorId: 'slack:U0OMAR', actorName: 'Omar', face: 'slack' };
  const run = { id: runId, operation: 'revoke-module', effect: 'changes', ...actor, input: {}, startedAt: desk.now };
  await ledger().transaction(async (trx) => {
    await Run.begin(trx, run);
    await Approval.open(trx, { runId, hash: 'abc', askedBy: 'U0OMAR', waitMs, nudgeAfterMs });
  });
  return runId;
}

const says = (runId: string, person: string, decision: 'approve' | 'decline', needed = 1, reason?: string) =>
  decide(
    ledger(),
    { runId, person, decision, actorId: `slack:${person}`, name: person, face: 'slack', reason },
    { isMet: (approvers) => approvers.length >= needed },
  );
const kinds = (verdicts: (Verdict | undefined)[]) =>
  Object.fromEntries(
    [...new Set(verdicts.map((one) => one?.kind))].map((kind) => [
      kind,
      verdicts.filter((one) => one?.kind === kind).length,
    ]),
  );
const setBack = (runId: string, column: string, seconds: number) =>
  desk.ledger(`UPDATE approvals SET ${column} = clock_timestamp() - interval '${seconds} s' WHERE run_id = '${runId}'`);

describe('a decision', () => {
  test('is made once though fifty people decide at once, and the others hear what it was', async () => {
    const runId = await waiting();
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, one) => says(runId, `U${one}`, one % 2 === 0 ? 'approve' : 'decline')),
    );
    expect(verdicts).toHaveLength(50);
    expect(kinds(verdicts)).toEqual({ [verdicts.find((one) => one?.kind !== 'over')?.kind ?? '']: 1, over: 49 });
    const state = verdicts.find((one) => one?.kind !== 'over')?.kind;
    for (const verdict of verdicts) expect(verdict?.approval.state).toBe(state);
    expect(await Approval.of(ledger(), runId)).toMatchObject({ state, decisions: [{ runId }] });
  });

  test('that needs three is made by the third of fifty at once, and by nobody twice', async () => {
    const runId = await waiting();
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, one) => says(runId, `U${one % 10}`, 'approve', 3)),
    );
    expect(kinds(verdicts).approved).toBe(1);
    const people = (await Approval.of(ledger(), runId))?.decisions?.map(({ person }) => person) ?? [];
    expect(new Set(people).size).toBe(3);
    expect(people).toHaveLength(3);
  });

  test('is nobody’s about what they asked for, and changes nothing', async () => {
    const runId = await waiting();
    expect(await says(runId, 'U0OMAR', 'approve')).toMatchObject({ kind: 'own' });
    expect(await says(runId, 'U0OMAR', 'decline')).toMatchObject({ kind: 'own' });
    expect(await Approval.of(ledger(), runId)).toMatchObject({ state: 'open', decisions: [] });
  });

  test('may turn from yes to no before it is made, and keeps the reason', async () => {
    const runId = await waiting();
    expect(await says(runId, 'U1', 'approve', 2)).toMatchObject({ kind: 'counted' });
    expect(await says(runId, 'U1', 'approve', 2)).toMatchObject({ kind: 'counted' });
    expect(await says(runId, 'U1', 'decline', 2, 'wrong airport')).toMatchObject({ kind: 'declined' });
    expect(await says(runId, 'U2', 'approve', 1)).toMatchObject({ kind: 'over', approval: { state: 'declined' } });
    expect(await Approval.of(ledger(), runId)).toMatchObject({
      state: 'declined',
      decidedAt: expect.any(Date),
      decisions: [{ person: 'U1', decision: 'decline', reason: 'wrong airport' }],
    });
  });

  test('stands with what is written beside it, or not at all', async () => {
    const runId = await waiting();
    const decision = { runId, person: 'U1', actorId: 'slack:U1', name: 'U1', face: 'slack' };
    const also = () => Promise.reject(new Error('no record'));
    await expect(decide(ledger(), { ...decision, decision: 'approve' }, { isMet: () => true, also })).rejects.toThrow(
      'no record',
    );
    expect(await Approval.of(ledger(), runId)).toMatchObject({ state: 'open', decisions: [] });
  });

  test('about a run that waits for nobody is none', async () => {
    expect(await says(randomUUID(), 'U1', 'approve')).toBeUndefined();
  });
});

describe('the end of the wait', () => {
  test('goes by the ledger’s clock, whatever this process thinks the time is', async () => {
    const runId = await waiting();
    const { requestedAt, expiresAt } = (await Approval.of(ledger(), runId)) ?? {};
    expect(Number(expiresAt) - Number(requestedAt)).toBe(HOUR_MS);
    const [row] = await desk.ledger('SELECT clock_timestamp() AS now');
    expect(Math.abs(Number(requestedAt) - Number(row?.now))).toBeLessThan(60_000);
    expect((await Approval.listOpen(ledger())).map((one) => one.runId)).toContain(runId);
    await setBack(runId, 'expires_at', 0);
    expect((await Approval.listOpen(ledger())).map((one) => one.runId)).not.toContain(runId);
  });

  test('is not there a moment before, and is there a moment after', async () => {
    const runId = await waiting({ waitMs: 1500 });
    expect(await says(runId, 'U1', 'approve', 2)).toMatchObject({ kind: 'counted' });
    expect(await Approval.expireDue(ledger())).not.toContainEqual(expect.objectContaining({ runId }));
    await sleep(1600);
    expect(await says(runId, 'U2', 'approve', 2)).toMatchObject({
      kind: 'over',
      approval: { state: 'expired', decidedAt: expect.any(Date) },
    });
    expect(await Approval.of(ledger(), runId)).toMatchObject({ state: 'open', decisions: [{ person: 'U1' }] });
  });

  test('holds for whoever asked in time, but had to wait behind others until it was over', async () => {
    const runId = await waiting({ waitMs: 700 });
    const holder = await ledger().transaction();
    await holder.raw('SELECT 1 FROM approvals WHERE run_id = ? FOR UPDATE', [runId]);
    const verdict = says(runId, 'U1', 'approve');
    await sleep(900);
    await holder.rollback();
    expect(await verdict).toMatchObject({ kind: 'over', approval: { state: 'expired' } });
  });

  test('is found once, however many look, and never of what was decided', async () => {
    const runId = await waiting();
    const decided = await waiting();
    await says(decided, 'U1', 'approve');
    await setBack(runId, 'expires_at', 1);
    await setBack(decided, 'expires_at', 1);
    const found = (await Promise.all(Array.from({ length: 20 }, () => Approval.expireDue(ledger())))).flat();
    expect(found.filter((one) => one.runId === runId)).toMatchObject([
      { state: 'expired', run: { actorName: 'Omar' }, decisions: [] },
    ]);
    expect(found.map((one) => one.runId)).not.toContain(decided);
  });

  test('and a decision at once: one of them stands', async () => {
    for (let round = 0; round < 20; round++) {
      const runId = await waiting({ waitMs: 20 });
      await sleep(10);
      const [verdict, expired] = await Promise.all([
        says(runId, 'U1', 'approve'),
        sleep(10).then(() => Approval.expireDue(ledger())),
      ]);
      const isApproved = verdict?.kind === 'approved';
      const wasExpired = expired.some((one) => one.runId === runId);
      expect(isApproved && wasExpired).toBe(false);
      const { state } = (await Approval.of(ledger(), runId)) ?? {};
      if (isApproved) expect(state).toBe('approved');
      else expect(['open', 'expired']).toContain(state);
    }
  });

  test('may come by withdrawing, or by what has moved', async () => {
    const withdrawn = await waiting();
    expect(await Approval.withdraw(ledger(), withdrawn)).toBe(true);
    expect(await Approval.withdraw(ledger(), withdrawn)).toBe(false);
    expect(await says(withdrawn, 'U1', 'approve')).toMatchObject({ kind: 'over', approval: { state: 'withdrawn' } });
    const moved = await waiting();
    await says(moved, 'U1', 'approve');
    expect(await Approval.withdraw(ledger(), moved)).toBe(false);
    expect(await Approval.makeVoid(ledger(), moved)).toBe(true);
    expect(await Approval.of(ledger(), moved)).toMatchObject({ state: 'void' });
  });
});

test('what was approved, and still waits a while later, is found to go on with', async () => {
  const [left, carriedOut, fresh, open] = [await waiting(), await waiting(), await waiting(), await waiting()];
  for (const runId of [left, carriedOut, fresh]) {
    await desk.ledger(`UPDATE runs SET state = 'awaiting' WHERE id = '${runId}'`);
    await says(runId, 'U1', 'approve');
  }
  for (const runId of [left, carriedOut]) await setBack(runId, 'decided_at', 11);
  await Run.settle(ledger(), carriedOut, { state: 'done', finishedAt: desk.now });
  const found = await Approval.leftWaiting(ledger());
  expect(found).toContain(left);
  for (const runId of [carriedOut, fresh, open]) expect(found).not.toContain(runId);
});

describe('a reminder', () => {
  test('is due once, after its time, while there is something to decide', async () => {
    const runId = await waiting({ nudgeAfterMs: HOUR_MS / 2 });
    const never = await waiting();
    const late = await waiting({ nudgeAfterMs: HOUR_MS / 2 });
    const due = async () =>
      (await Promise.all(Array.from({ length: 10 }, () => Approval.dueNudges(ledger()))))
        .flat()
        .map((one) => one.runId);
    expect(await due()).not.toContain(runId);
    for (const one of [runId, late]) await setBack(one, 'nudge_at', 1);
    await setBack(late, 'expires_at', 1);
    const found = await due();
    expect(found.filter((one) => one === runId)).toHaveLength(1);
    expect(found).not.toContain(never);
    expect(found).not.toContain(late);
    expect(await due()).not.toContain(runId);
  });
});

describe('what Slack shows', () => {
  test('is drawn by one replica, and anew whenever something was decided', async () => {
    const runId = await waiting();
    const posted = { channel: 'C1', ts: '1.2' };
    const mine = async () => {
      const all = await Promise.all(Array.from({ length: 10 }, () => undrawnApprovals(ledger(), runId)));
      return all.flat();
    };
    const draw = async () => {
      const [first, second] = await mine();
      expect(second).toBeUndefined();
      if (first) await noteDrawn(ledger(), first, posted);
      return first;
    };
    expect(await draw()).toMatchObject({ posted: null, state: 'open', run: { actorName: 'Omar' } });
    expect(await draw()).toBeUndefined();
    await says(runId, 'U1', 'approve', 2);
    expect(await draw()).toMatchObject({ posted, state: 'open', decisions: [{ person: 'U1' }] });
    await says(runId, 'U2', 'approve', 2);
    expect(await draw()).toMatchObject({ posted, state: 'approved' });
    expect(await draw()).toBeUndefined();
    await Run.settle(ledger(), runId, { state: 'done', finishedAt: desk.now });
    expect(await draw()).toMatchObject({ posted, state: 'approved', run: { state: 'done' } });
    expect(await draw()).toBeUndefined();
  });

  test('is drawn again where something was decided while it was drawn, and by another when the first is gone', async () => {
    const runId = await waiting();
    const [held] = await undrawnApprovals(ledger(), runId);
    expect(await undrawnApprovals(ledger(), runId)).toEqual([]);
    await says(runId, 'U1', 'decline');
    if (held) await noteDrawn(ledger(), held, { channel: 'C1', ts: '1.2' });
    const [again] = await undrawnApprovals(ledger(), runId);
    expect(again).toMatchObject({ state: 'declined' });
    await setBack(runId, 'drawing_until', 1);
    expect(await undrawnApprovals(ledger())).toContainEqual(expect.objectContaining({ runId }));
  });
});
