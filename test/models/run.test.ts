import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Run } from '../../src/models/run.ts';
import { type Desk, openDesk } from '../ops/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const run = (more: Partial<Run>): Partial<Run> => ({
  id: randomUUID(),
  operation: 'grant-module',
  effect: 'changes',
  actorId: 'slack:U0OMAR',
  actorName: 'Omar',
  face: 'slack',
  input: {},
  startedAt: desk.now,
  ...more,
});

test('a beginning that was stored although the ledger seemed to fail gives way to the outcome, and keeps nobody else’s off the record', async () => {
  const { ledger } = desk.databases;
  const begun = run({ requestKey: 'command:1' });
  expect(await Run.begin(ledger, begun)).toBe(true);
  await Run.record(ledger, [
    { ...begun, requestKey: null, state: 'failed', message: 'The ledger does not answer.', finishedAt: desk.now },
    run({ operation: 'show-org', state: 'done', finishedAt: desk.now }),
  ]);
  expect(await desk.ledger('SELECT operation, state, message, request_key FROM runs ORDER BY operation')).toEqual([
    { operation: 'grant-module', state: 'failed', message: 'The ledger does not answer.', request_key: null },
    { operation: 'show-org', state: 'done', message: null, request_key: null },
  ]);
  expect(await Run.begin(ledger, run({ requestKey: 'command:1' }))).toBe(true);
});
