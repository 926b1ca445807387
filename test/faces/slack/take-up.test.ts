import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpsService } from '../../../src/ops/service/service.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** A process that is killed while it works: what it waits for never comes, until the test is over. */
let kill = Promise.withResolvers<never>();
const bots: Bot[] = [];
beforeEach(() => {
  kill = Promise.withResolvers<never>();
  kill.promise.catch(() => undefined);
});
afterEach(async () => {
  kill.reject(new Error('killed'));
  for (const bot of bots.splice(0).reverse()) await bot.close();
});

async function open(options: Parameters<typeof openBot>[0] = {}): Promise<Bot> {
  const bot = await openBot(options);
  bots.push(bot);
  return bot;
}

/** Where the process dies. */
const DEATHS: Record<string, (service: OpsService) => Partial<OpsService>> = {
  'before it began': () => ({ execute: () => kill.promise }),
  'before it said what came of it': (service) => ({
    execute: async (request) => {
      await service.execute(request);
      return kill.promise;
    },
  }),
};

/** What is asked for, where the answer is expected. */
const WAYS: Record<string, (bot: Bot) => Promise<string>> = {
  command: async (bot) => {
    await bot.slack.as('U0OMAR').command(OPS, '/capops grant LHR work');
    return OPS;
  },
  form: async (bot) => {
    const omar = bot.slack.as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR');
    await omar.nextView();
    await omar.submit({ module: ['work'] });
    return OPS;
  },
  message: async (bot) => {
    const omar = bot.slack.as('U0OMAR');
    await omar.message(omar.direct, 'grant LHR work');
    return omar.direct;
  },
};

const audits = (bot: Bot) => bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits');
const unanswered = (bot: Bot) => bot.desk.ledger('SELECT state FROM runs WHERE request IS NOT NULL');

async function cutOff(death: string, way: string): Promise<{ bot: Bot; place: string }> {
  const bot = await open({ faults: (service) => DEATHS[death]?.(service) ?? {} });
  await bot.desk.airports('LHR');
  const place = (await WAYS[way]?.(bot)) ?? '';
  await expect.poll(() => unanswered(bot)).toEqual([{ state: death === 'before it began' ? 'received' : 'done' }]);
  await bot.isGone();
  return { bot, place };
}

describe.each(Object.keys(DEATHS))('where the process dies %s,', (death) => {
  it.each(Object.keys(WAYS))('a %s is done once, and answered by the next one', async (way) => {
    const { bot, place } = await cutOff(death, way);
    const next = await open({ after: bot });
    await next.service.takeUp();
    const omar = bot.slack.as('U0OMAR');
    const answer = await omar.awaitMessage(place, 'now has work');
    expect(answer.plain).not.toContain('came in before');
    expect(answer.ephemeral).toBe(place === OPS);
    await next.settled();
    await next.service.takeUp();
    expect(await audits(bot)).toHaveLength(1);
    expect(bot.announcements()).toHaveLength(1);
    expect(await unanswered(bot)).toEqual([]);
    expect(omar.sees(place).filter(({ plain }) => plain.includes('now has work'))).toHaveLength(1);
  });
});

it('nobody is told again who was told: of what was done, refused, denied, or shown before it is done', async () => {
  const bot = await open();
  await bot.desk.airports('LHR');
  const [ada, omar, vera] = [bot.slack.as('U0ADA'), bot.slack.as('U0OMAR'), bot.slack.as('U0VERA')];
  await omar.command(OPS, '/capops grant LHR work');
  await omar.awaitMessage(OPS, 'now has work');
  await omar.command(OPS, '/capops grant LHR work until 2027-12-31');
  await omar.awaitMessage(OPS, 'shortens access only when asked to');
  await vera.command(OPS, '/capops grant LHR work');
  await vera.awaitMessage(OPS, 'needs the role');
  await omar.command(OPS, '/capops create-org');
  await omar.nextView();
  expect((await omar.submit({ name: 'Heathrow', code: 'LHR' })).errors).toHaveProperty('code');
  await ada.message(ada.direct, '', [{ name: 'airports.csv', content: 'name,code,modules\nOslo,OSL,work\n' }]);
  await ada.awaitMessage(ada.direct, 'Import 1 organisation');
  await bot.face.stop();
  await bot.settled();
  expect(await unanswered(bot)).toEqual([]);
  expect(await bot.desk.ledger('SELECT 1 FROM runs')).toHaveLength(5);
});

it('a request that is delivered again to the next process is done once, and answered', async () => {
  const { bot } = await cutOff('before it began', 'command');
  const [delivery] = bot.slack.deliveries('command');
  const next = await open({ after: bot });
  const again = () => (delivery ? bot.slack.redeliver(delivery) : undefined);
  await Promise.all([again(), again(), next.service.takeUp(), again()]);
  await bot.slack.as('U0OMAR').awaitMessage(OPS, 'now has work');
  await again();
  await bot.slack.as('U0OMAR').awaitMessage(OPS, 'came in before');
  expect(await audits(bot)).toHaveLength(1);
});

it('an answer whose response URL has grown old is said privately in the channel, or else in direct messages', async () => {
  for (const isInChannel of [true, false]) {
    const { bot } = await cutOff('before it began', 'command');
    await bot.slack.turnClock(31 * 60_000);
    if (!isInChannel) bot.slack.failNext('chat.postEphemeral', { error: 'user_not_in_channel' });
    const next = await open({ after: bot });
    await next.service.takeUp();
    const omar = bot.slack.as('U0OMAR');
    const answer = await omar.awaitMessage(isInChannel ? OPS : omar.direct, 'now has work');
    expect(answer.ephemeral).toBe(isInChannel);
  }
});

it('an answer that Slack does not take is given later', async () => {
  const { bot } = await cutOff('before it said what came of it', 'command');
  bot.slack.failNext('*', { status: 500 }, Number.POSITIVE_INFINITY);
  const next = await open({ after: bot });
  await next.service.takeUp();
  await next.isGone();
  expect(await unanswered(bot)).toEqual([{ state: 'done' }]);
  bot.slack.heal();
  const third = await open({ after: bot });
  await third.service.takeUp();
  await bot.slack.as('U0OMAR').awaitMessage(OPS, 'now has work');
});

it('a file that was sent is read by the next process, whose preview’s button imports it', async () => {
  const bot = await open({ faults: () => ({ execute: () => kill.promise }) });
  const ada = bot.slack.as('U0ADA');
  await ada.message(ada.direct, '', [{ name: 'airports.csv', content: 'name,code,modules\nOslo,OSL,work\n' }]);
  await bot.isGone();
  const next = await open({ after: bot });
  await next.service.takeUp();
  await ada.click(await ada.awaitMessage(ada.direct, 'Import 1 organisation'), 'Import 1 organisation');
  await expect.poll(() => bot.desk.platform('SELECT code FROM public.organizations')).toEqual([{ code: 'OSL' }]);
});

it('a clicked Import is done by the next process, which answers in place of the button', async () => {
  const bot = await open({
    faults: (service) => ({
      execute: (request) => (request.confirmation === undefined ? service.execute(request) : kill.promise),
    }),
  });
  const ada = bot.slack.as('U0ADA');
  await ada.message(ada.direct, '', [{ name: 'airports.csv', content: 'name,code,modules\nOslo,OSL,work\n' }]);
  const preview = await ada.awaitMessage(ada.direct, 'Import 1 organisation');
  await ada.click(preview, 'Import 1 organisation');
  await ada.awaitMessage(ada.direct, 'Working on it');
  await bot.isGone();
  const next = await open({ after: bot });
  await next.service.takeUp();
  const done = await ada.awaitMessage(
    ada.direct,
    ({ ts, plain }) => ts === preview.ts && plain.includes('Imported 1 organisation'),
  );
  expect(done.plain).not.toContain('Working on it');
  expect(await bot.desk.platform('SELECT code FROM public.organizations')).toEqual([{ code: 'OSL' }]);
});
