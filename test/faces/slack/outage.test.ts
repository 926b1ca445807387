import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UserError } from '../../../src/errors.ts';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { defineOperation } from '../../../src/ops/service/operation.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** A change that takes as long as the test wants. */
let release: () => void = () => undefined;
let hasBegun = Promise.withResolvers<void>();
let outcome: 'done' | 'refused' | 'bug' = 'done';
const slow = defineOperation({
  name: 'slow-thing',
  verb: 'slow',
  summary: 'Take a while',
  role: 'operator',
  effect: 'changes',
  example: 'slow on',
  args: {
    pace: {
      label: 'Pace',
      summary: 'any word',
      example: 'on',
      required: true,
      positional: true,
      schema: () => z.string(),
      widget: { kind: 'text', maxLength: 20 },
    },
  },
  run: async ({ progress }) => {
    progress({ phase: 'Waiting', done: 1, total: 2 });
    await new Promise<void>((resolve) => {
      release = resolve;
      hasBegun.resolve();
    });
    if (outcome === 'refused') throw new UserError('It was too slow.');
    if (outcome === 'bug') throw new Error('a bug with a secret in it');
    return {};
  },
  report: () => ({ tone: 'done', title: 'The slow thing is done.', announcement: 'did the slow thing' }),
});

let bot: Bot;
beforeAll(async () => {
  bot = await openBot({ operations: [...OPERATIONS, slow] });
  await bot.desk.airports('LHR');
});
afterAll(() => bot.close());
beforeEach(async () => {
  hasBegun = Promise.withResolvers();
  outcome = 'done';
  bot.forget();
  bot.slack.heal();
  bot.complaints.length = 0;
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
});

const as = (id: string) => bot.slack.as(id);

describe('a form whose work takes longer than Slack waits', () => {
  const begin = async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops slow');
    await omar.nextView();
    const end = await omar.submit({ pace: 'on' });
    expect(end).toMatchObject({ closed: false, errors: {} });
    expect(end.trouble).toBeUndefined();
    expect(end.delivery?.ms).toBeLessThan(2_900);
    expect(omar.view()?.plain).toContain('working on it');
    return omar;
  };

  it('says that CapOps is working on it, and answers afterwards', async () => {
    const omar = await begin();
    release();
    await omar.awaitMessage(OPS, 'The slow thing is done.');
    await bot.slack.until(() => bot.announcements().length === 1);
  });

  it('answers a refusal with a way back into the form', async () => {
    outcome = 'refused';
    const omar = await begin();
    release();
    const answer = await omar.awaitMessage(OPS, 'It was too slow.');
    await omar.click(answer, 'Open the form again');
    expect((await omar.awaitView('Pace')).blocks.find(({ block_id }) => block_id === 'pace')?.element).toMatchObject({
      initial_value: 'on',
    });
  });
});

it('a bug is answered with a reference and nothing else', async () => {
  outcome = 'bug';
  const omar = as('U0OMAR');
  const command = omar.command(OPS, '/capops slow on');
  await hasBegun.promise;
  release();
  await command;
  const answer = await omar.awaitMessage(OPS, 'Reference');
  expect(answer.plain).not.toContain('secret');
});

describe('when Slack itself does not answer', () => {
  it('the emergency operations work within 3 s for those whom the file names by id', async () => {
    bot.laterBy(61_000);
    bot.slack.failNext('*', { delayMs: 2_500 }, Number.POSITIVE_INFINITY);
    const omar = as('U0OMAR');
    const started = performance.now();
    await omar.command(OPS, '/capops grant LHR work');
    while ((await bot.desk.platform('SELECT 1 FROM entitlement.entitlements')).length === 0) {
      if (performance.now() - started > 3_000) throw new Error('not granted within 3 s');
      await sleep(20);
    }
    expect(performance.now() - started).toBeLessThan(3_000);
    bot.slack.heal();
  });

  it('a slow channel keeps nobody waiting, and the asker hears when the team could not be told', async () => {
    bot.slack.failNext('chat.postMessage', { delayMs: 2_500, error: 'channel_not_found' });
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work');
    expect((await omar.awaitMessage(OPS, 'now has work', { timeoutMs: 2_400 })).plain).not.toContain(
      'could not be told',
    );
    await omar.awaitMessage(OPS, 'the team could not be told');
  });

  it('a private answer takes another way when its first one fails', async () => {
    const omar = as('U0OMAR');
    const delivery = await omar.command(OPS, '/capops whoami');
    await omar.awaitMessage(OPS, 'You are');
    bot.forget();
    const gone = `${bot.slack.url}/response/GONE`;
    await bot.slack.deliver('command', { ...delivery.payload, response_url: gone });
    expect(await omar.awaitMessage(OPS, 'You are')).toMatchObject({ ephemeral: true });
    bot.forget();
    bot.slack.failNext('chat.postEphemeral', { error: 'user_not_in_channel' });
    await bot.slack.deliver('command', { ...delivery.payload, response_url: gone });
    expect(await omar.awaitMessage(omar.direct, 'You are')).toMatchObject({ ephemeral: false });
  });

  /** As `/capops grant LHR work` comes, from where its response URL does not work. */
  const asks = async (trigger: string) => {
    const { payload } = await as('U0OMAR').command(OPS, '/capops grant LHR');
    bot.forget();
    const response_url = `${bot.slack.url}/response/GONE`;
    return () =>
      bot.slack.deliver('command', { ...payload, text: 'grant LHR work', trigger_id: trigger, response_url });
  };

  it('a change is made and recorded while Slack says 500, and told once it takes messages again', async () => {
    const ask = await asks('said-500');
    bot.slack.failNext('*', { status: 500 }, Number.POSITIVE_INFINITY);
    await ask();
    await bot.settled();
    expect(await bot.desk.platform('SELECT 1 FROM entitlement.entitlements')).toHaveLength(1);
    const waiting = "SELECT state FROM runs WHERE operation = 'grant-module' AND request IS NOT NULL";
    expect(await bot.desk.ledger(waiting)).toEqual([{ state: 'done' }]);
    bot.slack.heal();
    await bot.service.takeUp();
    await as('U0OMAR').awaitMessage(OPS, 'now has work');
    expect(await bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits')).toHaveLength(1);
    await expect.poll(() => bot.desk.ledger(waiting)).toEqual([]);
  });

  it('a change is made at once while Slack says 429, and told when it takes messages again', async () => {
    const ask = await asks('said-429');
    bot.slack.failNext('chat.postEphemeral', { retryAfter: 2 });
    const begun = performance.now();
    void ask();
    await expect.poll(() => bot.desk.platform('SELECT 1 FROM entitlement.entitlements')).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(2_000);
    await as('U0OMAR').awaitMessage(OPS, 'now has work');
    expect(performance.now() - begun).toBeGreaterThan(2_000);
  });

  it('response URLs that are not Slack’s are not called', async () => {
    const omar = as('U0OMAR');
    const delivery = await omar.command(OPS, '/capops whoami');
    await omar.awaitMessage(OPS, 'You are');
    bot.forget();
    await bot.slack.deliver('command', { ...delivery.payload, response_url: 'http://127.0.0.1:9/' });
    await omar.awaitMessage(OPS, 'You are');
    const said = bot.complaints.map(({ fields }) => String((fields as { err?: unknown }).err));
    expect(said).toEqual([expect.stringContaining('CapOps sends nothing to 127.0.0.1:9')]);
  });
});

describe('stopping', () => {
  it('takes nothing new and waits until what was taken is answered', async () => {
    const own = await openBot({ operations: [...OPERATIONS, slow] });
    const omar = own.slack.as('U0OMAR');
    await omar.command(OPS, '/capops slow on');
    await hasBegun.promise;
    let isStopped = false;
    const stopped = own.face.stop().then(() => {
      isStopped = true;
    });
    expect((await omar.command(OPS, '/capops whoami')).status).toBeUndefined();
    expect(isStopped).toBe(false);
    release();
    await stopped;
    expect(omar.sees(OPS).some(({ plain }) => plain.includes('The slow thing is done.'))).toBe(true);
    await own.close();
  });
});
