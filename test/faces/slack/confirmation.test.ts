import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { defineOperation } from '../../../src/ops/service/operation.ts';
import type { Progress } from '../../../src/ports.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** A change that shows what it will do, and takes as long as the test wants. */
const world = { state: 1, runs: 0, finish: () => undefined as unknown, tell: (_: Progress): void => undefined };
const rebuild = defineOperation({
  name: 'rebuild-index',
  verb: 'rebuild',
  summary: 'Rebuild the index',
  role: 'operator',
  effect: 'changes',
  example: 'rebuild',
  args: {},
  preview: async () => ({
    report: { tone: 'info', title: `The index has ${world.state} entries.` },
    state: world.state,
    confirmLabel: `Rebuild ${world.state} entries`,
  }),
  run: async ({ progress }) => {
    world.runs += 1;
    world.tell = progress;
    await new Promise((resolve) => {
      world.finish = () => resolve(undefined);
    });
    return {};
  },
  report: () => ({
    tone: 'done',
    title: 'The index is rebuilt.',
    announcement: 'rebuilt the index',
    attachments: [{ name: 'left-out.csv', content: 'name,code\n', summary: 'What was left out.' }],
  }),
});

let bot: Bot;
beforeAll(async () => {
  bot = await openBot({ operations: [...OPERATIONS, rebuild] });
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  Object.assign(world, { state: 1, runs: 0 });
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const shown = (message: { blocks: { type: string }[] }) => message.blocks.map(({ type }) => type);

describe('a preview’s button', () => {
  it('is gone once it is clicked; its message shows how far the run is, and then the answer with its file below', async () => {
    const omar = bot.slack.as('U0OMAR');
    await omar.message(omar.direct, 'rebuild');
    const preview = await omar.awaitMessage(omar.direct, 'The index has 1 entries.');
    await omar.click(preview, 'Rebuild 1 entries');
    const working = await omar.awaitMessage(omar.direct, 'Working on it');
    expect(working.ts).toBe(preview.ts);
    expect(shown(working)).not.toContain('actions');
    await sleep(1_000);
    world.tell({ phase: 'Rebuilding', done: 1_500, total: 20_000 });
    await omar.awaitMessage(omar.direct, 'Rebuilding: 1,500 of 20,000');
    world.finish();
    const done = await omar.awaitMessage(omar.direct, 'The index is rebuilt.');
    expect(done.ts).toBe(preview.ts);
    expect(done.plain).not.toContain('The file is in');
    const file = await omar.awaitMessage(omar.direct, ({ files }) => files.length > 0);
    expect(file).toMatchObject({
      threadTs: preview.ts,
      text: 'What was left out.',
      files: [{ name: 'left-out.csv', content: 'name,code\n' }],
    });
    await bot.slack.until(() => bot.announcements().length === 1);
  });

  it('works in a private message, which it replaces', async () => {
    const omar = bot.slack.as('U0OMAR');
    await omar.command(OPS, '/capops rebuild');
    const preview = await omar.awaitMessage(OPS, 'The index has 1 entries.');
    expect(preview.ephemeral).toBe(true);
    await omar.click(preview, 'Rebuild 1 entries');
    expect((await omar.awaitMessage(OPS, 'Working on it')).ts).toBe(preview.ts);
    world.finish();
    const done = await omar.awaitMessage(OPS, 'The index is rebuilt.');
    expect(done.ts).toBe(preview.ts);
    expect(done.plain).toContain('The file is in your direct messages with CapOps.');
    expect((await omar.awaitMessage(omar.direct, ({ files }) => files.length > 0)).files).toHaveLength(1);
  });

  it('shows a new preview when the state has moved, and does nothing yet', async () => {
    const omar = bot.slack.as('U0OMAR');
    await omar.message(omar.direct, 'rebuild');
    const preview = await omar.awaitMessage(omar.direct, 'The index has 1 entries.');
    world.state = 2;
    await omar.click(preview, 'Rebuild 1 entries');
    const moved = await omar.awaitMessage(omar.direct, 'The index has 2 entries.');
    expect(moved.ts).toBe(preview.ts);
    expect(moved.plain).toContain('has changed since you looked at it');
    expect(world.runs).toBe(0);
  });

  it('clicked by somebody else runs nothing', async () => {
    const omar = bot.slack.as('U0OMAR');
    await omar.message(omar.direct, 'rebuild');
    const preview = await omar.awaitMessage(omar.direct, 'The index has 1 entries.');
    const clicked = await omar.click(preview, 'Rebuild 1 entries');
    await omar.awaitMessage(omar.direct, 'Working on it');
    world.finish();
    await omar.awaitMessage(omar.direct, 'The index is rebuilt.');
    const user = { ...(clicked.payload.user as object), id: 'U0ADA', name: 'ada' };
    await bot.slack.deliver('block_actions', {
      ...clicked.payload,
      user,
      container: { ...(clicked.payload.container as object), message_ts: '1.000001' },
    });
    await bot.slack.until(() => bot.slack.calls('chat.update').length + bot.slack.calls('response_url').length > 0);
    await sleep(300);
    expect(world.runs).toBe(1);
  });
});
