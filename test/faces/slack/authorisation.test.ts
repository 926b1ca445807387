import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/ports.ts';
import { type Bot, LOCAL_POLICY, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.airports('LHR');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  bot.policy = LOCAL_POLICY;
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const as = (id: string) => bot.slack.as(id);
const demoted = (): Policy => ({
  ...LOCAL_POLICY,
  roles: { ...LOCAL_POLICY.roles, operator: { users: [], groups: [] }, viewer: { users: ['U0OMAR'], groups: [] } },
});
const denials = async () => {
  await bot.settled();
  return bot.desk.ledger("SELECT operation, rule, actor_id FROM runs WHERE state = 'denied'");
};
const nothingChanged = async () =>
  expect(await bot.desk.platform('SELECT 1 FROM entitlement.entitlements')).toEqual([]);

describe('a role that is too low is refused, and recorded once,', () => {
  const once = [{ operation: 'grant-module', rule: 'role.operator', actor_id: 'slack:U0OMAR' }];

  it('when the command is typed', async () => {
    const vera = as('U0VERA');
    await vera.command(OPS, '/capops grant LHR work');
    expect((await vera.nextMessage(OPS)).plain).toContain('“grant” needs the role operator, and you are viewer');
    expect(await denials()).toEqual([{ ...once[0], actor_id: 'slack:U0VERA' }]);
    await nothingChanged();
  });

  it('when the form is to open', async () => {
    const vera = as('U0VERA');
    await vera.command(OPS, '/capops grant');
    expect((await vera.nextMessage(OPS)).plain).toContain('needs the role operator');
    expect(vera.view()).toBeUndefined();
    expect(await denials()).toHaveLength(1);
  });

  it('when a menu of the form asks for its options', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant');
    await omar.nextView();
    bot.policy = demoted();
    expect(await omar.choices('org', 'LHR')).toEqual([]);
    expect(await denials()).toEqual(once);
  });

  it('when the form is submitted', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR');
    await omar.nextView();
    bot.policy = demoted();
    expect(await omar.submit({ module: ['work'] })).toMatchObject({ closed: true });
    await omar.awaitMessage(OPS, 'needs the role operator');
    expect(await denials()).toEqual(once);
    await nothingChanged();
  });

  it('when a button is clicked', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work');
    const answer = await omar.awaitMessage(OPS, 'Did you mean LHR');
    bot.policy = demoted();
    await omar.click(answer, 'Yes, LHR');
    await omar.awaitMessage(OPS, 'needs the role operator');
    expect(await denials()).toEqual(once);
    await nothingChanged();
  });

  it('when a button that opens a form is clicked', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops org LHR');
    const answer = await omar.awaitMessage(OPS, 'no access to any module');
    bot.policy = demoted();
    await omar.click(answer, 'Grant access');
    await omar.awaitMessage(OPS, 'needs the role operator');
    expect(omar.view()).toBeUndefined();
    expect(await denials()).toEqual(once);
  });
});

describe('nobody else is let in:', () => {
  it('people without a role, guests and deactivated people', async () => {
    bot.policy = {
      ...LOCAL_POLICY,
      roles: { ...LOCAL_POLICY.roles, admin: { users: ['U0GUEST', 'U0GONE'], groups: [] } },
    };
    const refused = { U0NILS: 'gives you no role', U0GUEST: 'guest accounts', U0GONE: 'deactivated accounts' };
    for (const [id, why] of Object.entries(refused)) {
      const person = as(id);
      await person.command(OPS, '/capops whoami');
      expect((await person.nextMessage(OPS)).plain).toContain(why);
      await person.command(OPS, '/capops nonsense');
      expect((await person.nextMessage(OPS)).plain).toContain(why);
    }
    expect(await denials()).toHaveLength(6);
  });

  it('people of another workspace', async () => {
    const omar = as('U0OMAR');
    const delivery = await omar.command(OPS, '/capops help');
    await omar.awaitMessage(OPS, 'What you can do');
    await bot.slack.deliver('command', { ...delivery.payload, team_id: 'T0OTHER' });
    expect(await omar.awaitMessage(OPS, 'another Slack workspace')).toMatchObject({ ephemeral: true });
  });

  it('people of another workspace who click or write in a shared channel', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work');
    const { payload } = await omar.click(await omar.awaitMessage(OPS, 'Did you mean'), 'Yes, LHR');
    await omar.awaitMessage(OPS, 'now has work');
    bot.forget();
    await bot.slack.deliver('block_actions', { ...payload, user: { ...(payload.user as object), team_id: 'T0OTHER' } });
    expect((await omar.nextMessage(OPS)).plain).toContain('another Slack workspace');
    const written = await omar.message(omar.direct, 'whoami');
    await omar.awaitMessage(omar.direct, 'You are');
    bot.forget();
    const event = { ...(written?.payload.event as object), user_team: 'T0OTHER', ts: '1.000001' };
    await bot.slack.deliver('event', { ...written?.payload, event_id: 'Ev0OTHER', event });
    expect((await omar.nextMessage(omar.direct)).plain).toContain('another Slack workspace');
  });

  it('anybody in a channel that capops.yml does not name', async () => {
    const ada = as('U0ADA');
    await ada.command('C0RANDOM', '/capops grant LHR work');
    expect((await ada.nextMessage('C0RANDOM')).plain).toContain('takes no requests in this channel');
    await nothingChanged();
  });

  it('requests that Slack did not sign, or signed long ago', async () => {
    const delivery = await as('U0OMAR').command(OPS, '/capops help');
    const old = Math.floor(Date.now() / 1000) - 301;
    expect(await bot.slack.redeliver(delivery, { signingSecret: 'somebody-elses-secret' })).toMatchObject({
      status: 401,
    });
    expect(await bot.slack.redeliver(delivery, { timestamp: old })).toMatchObject({ status: 401 });
  });
});
