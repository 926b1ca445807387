import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { runId } from '../../../src/ops/run-found.ts';
import * as arg from '../../../src/ops/service/arguments.ts';
import { HandedBackError } from '../../../src/ops/service/cancellation.ts';
import { defineOperation } from '../../../src/ops/service/operation.ts';
import type { Progress } from '../../../src/ports.ts';
import type { Block } from '../../../workbench/slack/blocks.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** A long change that goes on until the test ends it, or somebody cancels it. */
const world = { begun: Promise.withResolvers<void>(), finish: () => {}, tell: (_: Progress) => {} };
const rebuild = defineOperation({
  name: 'rebuild-index',
  verb: 'rebuild',
  summary: 'Rebuild the index',
  role: 'operator',
  effect: 'changes',
  long: true,
  restartable: true,
  example: 'rebuild',
  args: { now: arg.flag('Now', 'do not ask first', '--now') },
  run: async ({ progress, signal }) => {
    world.tell = progress;
    await new Promise<void>((resolve, reject) => {
      world.finish = resolve;
      signal.addEventListener('abort', () => reject(signal.reason));
      world.begun.resolve();
    });
    return {};
  },
  report: () => ({ tone: 'done', title: 'The index is rebuilt.', announcement: 'rebuilt the index' }),
});

/** The same, which shows what it will do. */
const reindex = defineOperation({
  ...rebuild,
  name: 're-index',
  verb: 'reindex',
  preview: async () => ({ report: { tone: 'info', title: 'There is a lot.' }, state: 1, confirmLabel: 'Reindex all' }),
});

/** The run is only marked: whoever has it in hand looks every second. */
const cancel = defineOperation({
  name: 'cancel-run',
  verb: 'cancel',
  summary: 'Cancel a run',
  role: 'viewer',
  effect: 'changes',
  example: 'cancel ab12cd34',
  args: { run: runId },
  run: async ({ databases }, { run }) => {
    await databases.ledger('runs').where({ id: run }).update({ cancel_asked_by: 'Omar' });
    return {};
  },
  report: () => ({ tone: 'done', title: 'It is asked to stop.' }),
});

const operations = [...OPERATIONS.filter(({ name }) => name !== 'cancel-run'), rebuild, reindex, cancel];

let bot: Bot;
let queued: string[] = [];
const workers: Bot[] = [];
beforeEach(async () => {
  queued = [];
  Object.assign(world, { begun: Promise.withResolvers<void>(), finish: () => {}, tell: () => {} });
  const enqueue = async (_: unknown, runId: string) => void queued.push(runId);
  bot = await openBot({ operations, jobs: { enqueue, enqueueAnew: enqueue } });
});
afterEach(async () => {
  world.finish();
  for (const worker of workers.splice(0)) await worker.close();
  await bot.close();
});

/** Another process takes the next run from the queue, and begins. */
async function takeNext(signal?: AbortSignal): Promise<{ worker: Bot; ended: Promise<unknown> }> {
  await expect.poll(() => queued.length).toBeGreaterThan(0);
  const worker = await openBot({ operations, after: bot });
  workers.push(worker);
  const ended = worker.service.resume(queued.shift() ?? '', signal);
  await world.begun.promise;
  world.begun = Promise.withResolvers<void>();
  return { worker, ended };
}

const omar = () => bot.slack.as('U0OMAR');
const buttonsOf = ({ blocks }: { blocks: Block[] }) =>
  blocks.flatMap(({ elements = [] }) => elements.filter(({ type }) => type === 'button').map(({ text }) => text?.text));
const updates = () => bot.slack.calls('chat.update').length;

async function clicked(): Promise<string> {
  await omar().message(omar().direct, 'reindex');
  const preview = await omar().awaitMessage(omar().direct, 'There is a lot.');
  await omar().click(preview, 'Reindex all');
  return preview.ts;
}

describe('a long run that was begun by a click', () => {
  it('is shown by the message that was clicked: that it waits, how far it is, and how it ended', async () => {
    const ts = await clicked();
    const waiting = await omar().awaitMessage(omar().direct, 'Begun: rebuild the index.');
    expect(waiting.ts).toBe(ts);
    expect(buttonsOf(waiting)).toEqual(['Cancel']);
    const { worker, ended } = await takeNext();
    world.tell({ phase: 'Reading', done: 1_200_000_000, total: 3_400_000_000, unit: 'bytes' });
    const far = await omar().awaitMessage(omar().direct, 'Reading: 1.2 GB of 3.4 GB (35%) · 0 s');
    expect(far.ts).toBe(ts);
    expect(buttonsOf(far)).toEqual(['Cancel']);
    world.finish();
    await ended;
    const done = await omar().awaitMessage(omar().direct, 'The index is rebuilt.');
    expect(done.ts).toBe(ts);
    expect(buttonsOf(done)).toEqual([]);
    await bot.slack.until(() => bot.announcements().length === 1);
    await Promise.all([bot.settled(), worker.settled()]);
    expect(await bot.desk.ledger('SELECT state FROM runs WHERE request IS NOT NULL')).toEqual([]);
  });

  it('shows its end, though a worker was faster than the word that it waits', async () => {
    bot.slack.failNext('chat.update', { delayMs: 1_500 });
    const ts = await clicked();
    const { ended } = await takeNext();
    world.finish();
    await ended;
    await sleep(2_000);
    const [message] = omar()
      .sees(omar().direct)
      .filter((one) => one.ts === ts);
    expect(message?.plain).toContain('The index is rebuilt.');
  });
});

describe('a long run that was typed', () => {
  it('is shown by one message in direct messages, which the first answer names', async () => {
    await omar().command(OPS, '/capops rebuild --now');
    const first = await omar().awaitMessage(OPS, 'Begun: rebuild the index.');
    expect(first.plain).toContain('in your direct messages');
    const { ended } = await takeNext();
    const shown = await omar().awaitMessage(omar().direct, 'Working on it: rebuild the index.');
    world.finish();
    await ended;
    expect((await omar().awaitMessage(omar().direct, 'The index is rebuilt.')).ts).toBe(shown.ts);
    expect(
      omar()
        .sees(OPS)
        .filter(({ plain }) => plain.includes('The index is rebuilt.')),
    ).toEqual([]);
  });

  it('is shown by the same message after its worker died', async () => {
    await omar().command(OPS, '/capops rebuild --now');
    const { worker } = await takeNext();
    const shown = await omar().awaitMessage(omar().direct, 'Working on it');
    const where = 'SELECT request FROM runs WHERE request IS NOT NULL';
    await expect.poll(async () => JSON.stringify(await bot.desk.ledger(where))).toContain(shown.ts);
    await worker.isGone();
    await bot.service.takeUp();
    const { ended } = await takeNext();
    world.finish();
    await ended;
    expect((await omar().awaitMessage(omar().direct, 'The index is rebuilt.')).ts).toBe(shown.ts);
    expect(omar().sees(omar().direct)).toHaveLength(1);
  });
});

it('a long run that somebody let the schedule do now is shown, and told, to that person', async () => {
  const entry = { name: 'by-night', cron: '0 2 * * *', timeZone: 'UTC', operation: rebuild.name, input: {} };
  bot.policy = { ...bot.policy, schedule: [{ ...entry, channel: undefined, catchUpMs: 3_600_000 }] };
  await omar().command(OPS, '/capops run-schedule by-night');
  await expect.poll(() => queued.length).toBeGreaterThan(0);
  const worker = await openBot({ operations, after: bot });
  worker.policy = bot.policy;
  workers.push(worker);
  const ended = worker.service.resume(queued.shift() ?? '');
  await world.begun.promise;
  world.finish();
  await ended;
  await omar().awaitMessage(omar().direct, 'The index is rebuilt');
});

it('a run that two workers are given at once is shown by one message', async () => {
  await omar().command(OPS, '/capops rebuild --now');
  await expect.poll(() => queued.length).toBe(1);
  const [runId = ''] = queued;
  workers.push(await openBot({ operations, after: bot }), await openBot({ operations, after: bot }));
  const ended = workers.map(({ service }) => service.resume(runId));
  await omar().awaitMessage(omar().direct, 'Working on it');
  await sleep(1_000);
  world.finish();
  await Promise.all(ended);
  await omar().awaitMessage(omar().direct, 'The index is rebuilt.');
  await sleep(200);
  expect(omar().sees(omar().direct)).toHaveLength(1);
  expect(bot.announcements()).toHaveLength(1);
});

it('a run that a stopping worker gives back says so in its message, which keeps its button', async () => {
  await omar().command(OPS, '/capops rebuild --now');
  const stopping = new AbortController();
  const { ended } = await takeNext(stopping.signal);
  const shown = await omar().awaitMessage(omar().direct, 'Working on it');
  stopping.abort(new HandedBackError());
  await ended;
  const given = await omar().awaitMessage(omar().direct, 'CapOps is being restarted; this goes on afterwards.');
  expect(given.ts).toBe(shown.ts);
  expect(given.plain).not.toContain('direct messages');
  expect(buttonsOf(given)).toEqual(['Cancel']);
});

describe('the message', () => {
  it('is changed at most every 3 s, with the latest that is known', async () => {
    await clicked();
    await takeNext();
    const before = updates();
    const began = performance.now();
    for (let done = 0; performance.now() - began < 4_000; done += 1) {
      world.tell({ phase: 'Writing', done });
      await sleep(20);
    }
    expect(updates() - before).toBeLessThanOrEqual(2);
    const [, shown = ''] = /Writing: (\d+)/.exec((await omar().awaitMessage(omar().direct, 'Writing: ')).plain) ?? [];
    expect(Number(shown)).toBeGreaterThan(50);
    world.finish();
    await omar().awaitMessage(omar().direct, 'The index is rebuilt.');
  });

  it('is left alone for as long as Slack asks, and catches up then', async () => {
    await clicked();
    await omar().awaitMessage(omar().direct, 'Begun');
    bot.slack.failNext('chat.update', { retryAfter: 5 });
    await takeNext();
    const before = updates();
    for (let done = 0; done < 40; done += 1) {
      world.tell({ phase: 'Writing', done });
      await sleep(100);
    }
    expect(updates() - before).toBeLessThanOrEqual(1);
    await omar().awaitMessage(omar().direct, 'Writing: 39');
    expect(updates() - before).toBeLessThanOrEqual(3);
    world.finish();
    await omar().awaitMessage(omar().direct, 'The index is rebuilt.');
  });

  it('has a button that ends the run; the message stays, and says that it was cancelled', async () => {
    const ts = await clicked();
    await takeNext();
    const shown = await omar().awaitMessage(omar().direct, 'Working on it');
    await omar().click(shown, 'Cancel');
    expect((await omar().awaitMessage(omar().direct, 'It is asked to stop.')).ts).not.toBe(ts);
    const ended = await omar().awaitMessage(omar().direct, 'Omar cancelled this. Nothing was changed.');
    expect(ended.ts).toBe(ts);
    expect(bot.announcements()).toEqual([]);
  });
});
