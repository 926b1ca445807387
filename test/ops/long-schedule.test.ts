import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openJobQueue } from '../../src/adapters/job-queue.ts';
import { startWorker } from '../../src/faces/worker/index.ts';
import { cancelRun } from '../../src/ops/cancel-run.ts';
import { runDue } from '../../src/ops/scheduling/run-due.ts';
import { defineOperation } from '../../src/ops/service/operation.ts';
import { createService } from '../../src/ops/service/service.ts';
import { startOf } from './crew.ts';
import { ADA } from './desk.ts';
import { openScheduling, type Scheduling, WEEKLY } from './scheduling.ts';

/** How the dig ends, once it does. */
let dug: PromiseWithResolvers<void>;
const dig = defineOperation({
  name: 'dig',
  verb: 'dig',
  summary: 'Dig',
  role: 'operator',
  effect: 'changes',
  long: true,
  restartable: true,
  example: 'dig',
  args: {},
  run: ({ signal }) => {
    const aborted = new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return Promise.race([dug.promise, aborted]);
  },
  report: () => ({ tone: 'done', title: 'It is dug.' }),
});

let scheduling: Scheduling;
beforeEach(async () => {
  dug = Promise.withResolvers();
  scheduling = await openScheduling({ entries: [{ ...WEEKLY, operation: 'dig', input: {} }] });
  await scheduling.look('2026-11-20T12:00:00Z');
  scheduling.desk.now = new Date('2026-11-23T09:00:00Z');
});
afterEach(() => scheduling.close());

async function join() {
  const startId = await startOf(scheduling.desk);
  const queue = openJobQueue(scheduling.ports.databases.ledger, scheduling.ports.log);
  const ports = { ...scheduling.ports, startId, jobs: queue };
  const service = createService(ports, [dig, cancelRun]);
  const announcer = {
    post: async (channel: string, _: unknown, report: Scheduling['posts'][0]['report']) => {
      scheduling.posts.push({ channel, operation: 'dig', report });
      return { channel, ts: '1' };
    },
    reply: async () => ({ channel: 'C0OPS', ts: '2' }),
    amend: async () => undefined,
  };
  onTestFinished(async () => {
    await queue.close();
    await service.settled();
  });
  return { ports, service, queue, look: (stopping: AbortSignal) => runDue({ ports, service, announcer }, stopping) };
}

type Replica = Awaited<ReturnType<typeof join>>;
const work = (replica: Replica) => {
  const worker = startWorker({ ...replica, concurrency: 1, graceMs: 0 });
  onTestFinished(worker.stop);
};
const never = new AbortController().signal;
const runs = async () =>
  (await scheduling.desk.ledger("SELECT state FROM runs WHERE operation = 'dig'")).map(({ state }) => state);
const slots = () => scheduling.desk.ledger('SELECT state, attempts, run_id IS NULL AS is_new FROM schedule_slots');
const titles = () => scheduling.posts.map(({ report }) => report.title);
const soon = { timeout: 10_000, interval: 20 };

test('a scheduled operation that takes long is waited for, and its channel is told once', async () => {
  const replica = await join();
  const looked = replica.look(never);
  await expect.poll(runs, soon).toEqual(['queued']);
  work(replica);
  await expect.poll(runs, soon).toEqual(['running']);
  // Others that look meanwhile find it claimed.
  await (await join()).look(never);
  dug.resolve();
  await looked;
  expect([await runs(), titles()]).toEqual([['done'], ['It is dug.']]);
  expect(await slots()).toEqual([{ state: 'done', attempts: 1, is_new: false }]);
});

test('when whoever waits for it stops, another does, and it is no second try', async () => {
  const replica = await join();
  const stopping = new AbortController();
  const looked = replica.look(stopping.signal);
  await expect.poll(runs, soon).toEqual(['queued']);
  stopping.abort();
  await looked;
  expect(await slots()).toEqual([{ state: 'waiting', attempts: 1, is_new: false }]);
  const other = await join();
  const waiting = other.look(never);
  work(other);
  dug.resolve();
  await waiting;
  expect([await runs(), titles(), await slots()]).toEqual([
    ['done'],
    ['It is dug.'],
    [{ state: 'done', attempts: 1, is_new: false }],
  ]);
});

test('when whoever waits for it dies, another finds the run, though it has failed meanwhile, and tries later', async () => {
  const replica = await join();
  const stopping = new AbortController();
  const looked = replica.look(stopping.signal);
  await expect.poll(async () => (await slots())[0]?.is_new, soon).toBe(false);
  // Its claim runs out, as if it had died; it finds so itself, and leaves the slot alone.
  await scheduling.later(2);
  work(replica);
  dug.promise.catch(() => undefined);
  dug.reject(new Error('a stone'));
  const other = await join();
  await other.look(never);
  stopping.abort();
  await looked;
  expect([await runs(), titles()]).toEqual([['failed'], []]);
  expect(await slots()).toEqual([{ state: 'waiting', attempts: 1, is_new: true }]);
  await scheduling.later(2);
  dug = Promise.withResolvers();
  dug.resolve();
  await other.look(never);
  expect([(await runs()).toSorted(), titles()]).toEqual([['done', 'failed'], ['It is dug.']]);
  expect(await slots()).toEqual([{ state: 'done', attempts: 2, is_new: false }]);
});

test('one that somebody cancels is told of, and not tried again', async () => {
  const replica = await join();
  const looked = replica.look(never);
  await expect.poll(runs, soon).toEqual(['queued']);
  const [run] = await scheduling.desk.ledger("SELECT id FROM runs WHERE operation = 'dig'");
  await replica.service.execute({ operation: cancelRun, actor: ADA, raw: { run: run?.id } });
  await looked;
  expect(await slots()).toEqual([{ state: 'failed', attempts: 1, is_new: false }]);
  expect(JSON.stringify(scheduling.posts)).toContain('Ada (slack:U0ADA) cancelled this.');
});
