import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.airports('LHR', 'AMS');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const as = (id: string) => bot.slack.as(id);
const audits = () => bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits');

describe('a button', () => {
  it('that changes something does it once, is replaced by the answer, and the team is told', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work');
    const offer = await omar.awaitMessage(OPS, 'Did you mean LHR');
    await omar.click(offer, 'Yes, LHR');
    const answer = await omar.awaitMessage(OPS, 'now has work');
    expect(answer.ts).toBe(offer.ts);
    expect(answer.plain).not.toContain('Yes, LHR');
    await omar.click(offer, 'Yes, LHR');
    expect((await omar.awaitMessage(OPS, 'came in before')).plain).toContain('now has work');
    expect(await audits()).toHaveLength(1);
    expect(bot.announcements()).toHaveLength(1);
  });

  it('clicked twice at once does its work once', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work');
    const offer = await omar.awaitMessage(OPS, 'Did you mean LHR');
    await Promise.all([omar.click(offer, 'Yes, LHR'), omar.click(offer, 'Yes, LHR')]);
    await omar.awaitMessage(OPS, 'came in before');
    await bot.slack.until(() => bot.announcements().length > 0);
    await bot.settled();
    expect(await audits()).toHaveLength(1);
    expect(bot.announcements()).toHaveLength(1);
  });

  it('whose work is refused stays where it is', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work until 2027-01-01');
    const offer = await omar.awaitMessage(OPS, 'Did you mean LHR');
    await omar.command(OPS, '/capops grant LHR work until 2027-12-31');
    await omar.awaitMessage(OPS, 'now has work until 31 Dec 2027');
    await omar.click(offer, 'Yes, LHR');
    await omar.awaitMessage(OPS, 'shortens access only when asked to');
    expect(omar.sees(OPS).find(({ ts }) => ts === offer.ts)?.plain).toContain('Yes, LHR');
  });

  it('that destroys or shortens asks before, and names the environment', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work until 2027-12-31');
    await omar.awaitMessage(OPS, 'now has work');
    await omar.command(OPS, '/capops grant LHR work until 2027-01-01');
    const offer = await omar.awaitMessage(OPS, 'shortens access only when asked to');
    const [button] = offer.blocks.flatMap(({ elements }) => elements ?? []).filter(({ style }) => style === 'danger');
    expect(button?.confirm).toMatchObject({
      text: { text: expect.stringMatching(/^staging: Let work/) },
      confirm: { text: 'Shorten to 1 Jan 2027' },
    });
    await omar.click(offer, 'Shorten to 1 Jan 2027');
    await omar.awaitMessage(OPS, 'now has work until 1 Jan 2027');
  });

  it('from an older version, or made by somebody else, says so and does nothing', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work');
    const offer = await omar.awaitMessage(OPS, 'Did you mean LHR');
    const { payload } = await omar.click(offer, 'Yes, LHR');
    await omar.awaitMessage(OPS, 'now has work');
    const [action] = payload.actions as { action_id: string; value: string }[];
    const odd = [
      { action_id: 'run:drop-database:0' },
      { action_id: 'destroy:grant-module:0' },
      { value: 'not JSON' },
      { value: JSON.stringify({ input: { org: 'LHR', module: 'work', everything: true } }) },
      { value: JSON.stringify({ input: { org: 'AMS', module: 'work' }, confirmation: 'x', more: 1 }) },
      { action_id: 'confirm:grant-module' },
    ];
    for (const change of odd) {
      bot.forget();
      await bot.slack.deliver('block_actions', { ...payload, actions: [{ ...action, ...change }] });
      expect((await omar.nextMessage(OPS)).plain).toContain('from an older version');
    }
    expect(await audits()).toHaveLength(1);
  });

  it('that shows something else does not take an answer in direct messages away', async () => {
    const omar = as('U0OMAR');
    await omar.message(omar.direct, 'grant LHR work');
    const answer = await omar.awaitMessage(omar.direct, 'now has work');
    await omar.click(answer, 'Show LHR');
    await omar.awaitMessage(omar.direct, 'access to 1 module');
    expect(omar.sees(omar.direct).find(({ ts }) => ts === answer.ts)?.plain).toContain('now has work');
  });
});
