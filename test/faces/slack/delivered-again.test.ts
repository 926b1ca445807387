import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../../workbench/slack/state.ts';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.airports('LHR');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const TIMES = 5;
const as = (id: string) => bot.slack.as(id);
const audits = () => bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits');

/** Has one change asked for, and says what was delivered. */
const WAYS: Record<string, () => Promise<Delivery>> = {
  command: () => as('U0OMAR').command(OPS, '/capops grant LHR work'),
  click: async () => {
    await as('U0OMAR').command(OPS, '/capops grant LHT work');
    return as('U0OMAR').click(await as('U0OMAR').awaitMessage(OPS, 'Did you mean LHR'), 'Yes, LHR');
  },
  form: async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR');
    await omar.nextView();
    return (await omar.submit({ module: ['work'] })).delivery as Delivery;
  },
  message: async () => (await as('U0OMAR').message(as('U0OMAR').direct, 'grant LHR work')) as Delivery,
};

/** Nothing is said that is not so: done, done before, or being done. */
async function expectOneEffect(place: string): Promise<void> {
  await as('U0OMAR').awaitMessage(place, 'now has work');
  await bot.settled();
  expect(await audits()).toHaveLength(1);
  expect(bot.announcements()).toHaveLength(1);
  expect(await bot.desk.ledger("SELECT 1 FROM runs WHERE state = 'done'")).toHaveLength(1);
  const said = as('U0OMAR')
    .sees(place)
    .filter(({ user, ephemeral }) => user !== 'U0OMAR' && (ephemeral || place !== OPS));
  for (const { plain } of said) expect(plain).toMatch(/now has work|came in before|Did you mean/);
  expect(said.filter(({ plain }) => plain.includes('now has work') && !plain.includes('came in before'))).toHaveLength(
    1,
  );
}

describe.each(Object.entries(WAYS))('a %s that is delivered five times', (way, ask) => {
  const place = () => (way === 'message' ? as('U0OMAR').direct : OPS);

  it('one after the other is done once', async () => {
    const delivery = await ask();
    await as('U0OMAR').awaitMessage(place(), 'now has work');
    for (let time = 1; time < TIMES; time += 1)
      expect(await bot.slack.redeliver(delivery)).toMatchObject({ status: 200 });
    await sleep(200);
    await expectOneEffect(place());
  });

  it('at once is done once', async () => {
    const { kind, payload } = await ask();
    await as('U0OMAR').awaitMessage(place(), 'now has work');
    await bot.settled();
    await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
    await bot.desk.ledger('TRUNCATE runs CASCADE');
    bot.forget();
    const all = await Promise.all(Array.from({ length: TIMES }, () => bot.slack.deliver(kind, payload)));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: TIMES }, () => 200));
    await bot.slack.until(() => bot.announcements().length > 0);
    await sleep(300);
    await expectOneEffect(place());
  });
});

it('a message that Slack sends again is answered once, in whatever event it comes', async () => {
  const delivery = (await WAYS.message?.()) as Delivery;
  const omar = as('U0OMAR');
  await omar.awaitMessage(omar.direct, 'now has work');
  await bot.slack.deliver('event', { ...delivery.payload, event_id: 'Ev0AGAIN' });
  await bot.slack.redeliver(delivery, { headers: { 'x-slack-retry-num': '1' } });
  await sleep(300);
  expect(omar.sees(omar.direct).filter(({ plain }) => plain.includes('LHR Airport'))).toHaveLength(1);
});

it('a button that was refused may be clicked again, and does its work then', async () => {
  const omar = as('U0OMAR');
  await omar.command(OPS, '/capops grant LHT work until 2027-01-01');
  const offer = await omar.awaitMessage(OPS, 'Did you mean LHR');
  await omar.command(OPS, '/capops grant LHR work until 2027-12-31');
  await omar.awaitMessage(OPS, 'now has work until 31 Dec 2027');
  await omar.click(offer, 'Yes, LHR');
  await omar.awaitMessage(OPS, 'shortens access only when asked to');
  await bot.settled();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await omar.click(offer, 'Yes, LHR');
  expect((await omar.awaitMessage(OPS, 'now has work until 1 Jan 2027')).plain).not.toContain('came in before');
});

it('a form that was refused may be submitted again as it is, and does its work then', async () => {
  const omar = as('U0OMAR');
  await omar.command(OPS, '/capops create-org');
  await omar.nextView();
  expect((await omar.submit({ name: 'Heathrow', code: 'LHR' })).errors.code).toContain('exists already');
  await bot.settled();
  await bot.desk.platform("UPDATE public.organizations SET code = 'LHX' WHERE code = 'LHR'");
  expect(await omar.submit({})).toMatchObject({ closed: true });
  await omar.awaitMessage(OPS, 'LHR');
  await bot.settled();
  await bot.desk.platform("DELETE FROM public.organizations WHERE code = 'LHR'");
  await bot.desk.platform("UPDATE public.organizations SET code = 'LHR' WHERE code = 'LHX'");
});

it('two people who click one button make two requests', async () => {
  const omar = as('U0OMAR');
  await omar.command(OPS, '/capops grant LHT work');
  const { payload } = await omar.click(await omar.awaitMessage(OPS, 'Did you mean LHR'), 'Yes, LHR');
  await omar.awaitMessage(OPS, 'now has work');
  const [action] = payload.actions as object[];
  const user = { ...(payload.user as object), id: 'U0ADA', name: 'ada' };
  await bot.slack.deliver('block_actions', { ...payload, user, actions: [{ ...action, action_ts: '2.000002' }] });
  await expect.poll(async () => (await bot.desk.ledger("SELECT 1 FROM runs WHERE state = 'done'")).length).toBe(2);
});
