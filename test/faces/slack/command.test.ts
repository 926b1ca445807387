import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.airports('LHR', 'AMS', 'ZRH');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const access = () => bot.desk.platform('SELECT module_key, status FROM entitlement.entitlements ORDER BY module_key');
const as = (id: string) => bot.slack.as(id);

describe('a command', () => {
  it('is acknowledged with nothing, does its work, and answers the asker alone', async () => {
    const [omar, vera] = [as('U0OMAR'), as('U0VERA')];
    const delivery = await omar.command(OPS, '/capops grant lhr work until 2027-03-31');
    expect(delivery).toMatchObject({ status: 200, body: '' });
    const answer = await omar.awaitMessage(OPS, 'now has work');
    expect(answer.ephemeral).toBe(true);
    expect(answer.plain).toContain('LHR (LHR Airport) now has work until 31 Mar 2027 (Europe/London).');
    expect(vera.sees(OPS).some(({ ephemeral }) => ephemeral)).toBe(false);
    const rows = await bot.desk.platform('SELECT status, created_by FROM entitlement.entitlements');
    expect(rows).toEqual([{ status: 'active', created_by: 'slack:U0OMAR' }]);
  });

  it('understands the quotes and dashes that phones make, and the runbook’s name', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant-module —org “LHR” —module work —until 2027–03–31');
    expect((await omar.awaitMessage(OPS, 'now has work')).plain).toContain('until 31 Mar 2027');
  });

  it('reads what Slack escaped as it was typed', async () => {
    const ada = as('U0ADA');
    await ada.command(OPS, '/capops create-org name "Rock & <Roll> @omar" code ROL');
    await ada.awaitMessage(OPS, 'ROL');
    const [row] = await bot.desk.platform("DELETE FROM public.organizations WHERE code = 'ROL' RETURNING name");
    expect(row?.name).toBe('Rock & <Roll> @omar');
  });

  it('that was delivered twice does its work once, and both are answered', async () => {
    const omar = as('U0OMAR');
    const delivery = await omar.command(OPS, '/capops grant LHR work');
    await omar.awaitMessage(OPS, 'now has work');
    await bot.slack.redeliver(delivery);
    const second = await omar.awaitMessage(OPS, 'came in before');
    expect(second.plain).toContain('now has work');
    expect(await bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits')).toHaveLength(1);
    expect(bot.announcements()).toHaveLength(1);
  });

  it('with nothing after it, “help”, “-h” or “grant --help” shows help: only what the asker may run', async () => {
    const vera = as('U0VERA');
    for (const typed of ['/capops', '/capops help', '/capops -h']) {
      await vera.command(OPS, typed);
      const answer = await vera.nextMessage(OPS);
      expect(answer.plain).toContain('/capops orgs heathrow');
      expect(answer.plain).not.toContain('revoke');
    }
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant --help');
    expect((await omar.nextMessage(OPS)).plain).toContain('grant: Give an organisation access');
  });

  it('that does not exist is answered with the one that was probably meant, as a button', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grnat LHR work');
    const answer = await omar.nextMessage(OPS);
    expect(answer).toMatchObject({ ephemeral: true });
    expect(answer.plain).toContain('There is no command “grnat”. Did you mean “grant”?');
    await omar.click(answer, 'Yes, grant');
    expect((await omar.nextView()).title).toBe('Grant module');
    expect(await access()).toEqual([]);
  });

  it('with an option that does not exist says which there are', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work --untill 2027-01-01');
    expect((await omar.nextMessage(OPS)).plain).toContain('Did you mean --until?');
  });

  it('with an unknown organisation offers the near one, and the click grants it', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHT work');
    const answer = await omar.awaitMessage(OPS, 'Did you mean LHR, LHR Airport?');
    await omar.click(answer, 'Yes, LHR');
    const replaced = await omar.awaitMessage(OPS, 'now has work');
    expect(replaced.ts).toBe(answer.ts);
  });

  it('cannot make Slack mention, link, format or draw what a name holds', async () => {
    const ada = as('U0ADA');
    await ada.command(OPS, '/capops create-org name "<!channel> *bold* :tada: <@U0ADA> https://evil.example" code EVL');
    const answer = await ada.awaitMessage(OPS, 'EVL');
    const [told] = bot.announcements();
    await bot.desk.platform("DELETE FROM public.organizations WHERE code = 'EVL'");
    for (const message of [answer, told]) {
      expect(message?.text).not.toMatch(/<!|<@U0ADA> \*|<http/);
      expect(message?.text).toContain('&lt;!channel&gt; *bold* :tada:');
      expect(JSON.stringify(message?.blocks)).not.toContain('mrkdwn');
      const types = (message?.blocks ?? []).map(({ type }) => type);
      expect(types.filter((type) => type !== 'rich_text' && type !== 'actions')).toEqual([]);
    }
    expect(JSON.stringify(told?.blocks)).toContain('{"type":"user","user_id":"U0ADA"}');
  });
});

describe('pages of organisations', () => {
  it('turn in place', async () => {
    const codes = Array.from({ length: 25 }, (_, place) => `Q${String.fromCharCode(65 + place)}Q`);
    await bot.desk.airports(...codes);
    const vera = as('U0VERA');
    await vera.command(OPS, '/capops orgs Q');
    const first = await vera.nextMessage(OPS);
    expect(first.plain).toContain('QAQ');
    await vera.click(first, 'Next 20');
    const second = await vera.awaitMessage(OPS, 'QYQ');
    expect(second.ts).toBe(first.ts);
    await bot.desk.platform("DELETE FROM public.organizations WHERE code LIKE 'Q%'");
  });
});

describe('the team', () => {
  it('is told in the channel of the command, by a mention, what was changed', async () => {
    await as('U0OMAR').command(OPS, '/capops grant LHR work');
    const told = await as('U0VERA').awaitMessage(OPS, 'gave LHR');
    expect(told.ephemeral).toBe(false);
    expect(told.text).toBe('<@U0OMAR> gave LHR (LHR Airport) access to work with no end');
  });

  it('is told in the configured channel of what was asked for in direct messages', async () => {
    const omar = as('U0OMAR');
    await omar.command(omar.direct, '/capops grant LHR work');
    await omar.awaitMessage(omar.direct, 'now has work');
    expect((await as('U0VERA').awaitMessage(OPS, 'gave LHR')).text).toContain('<@U0OMAR>');
  });

  it('is not told of answers, of what changed nothing, or of refusals', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work');
    await omar.awaitMessage(OPS, 'now has work');
    bot.forget();
    await omar.command(OPS, '/capops grant LHR work');
    await omar.awaitMessage(OPS, 'already');
    await omar.command(OPS, '/capops grant LHR work until 2020-01-01');
    await omar.awaitMessage(OPS, '2020');
    await omar.command(OPS, '/capops org LHR');
    await omar.awaitMessage(OPS, 'access to 1 module');
    expect(bot.announcements()).toEqual([]);
  });

  it('is told in the configured channel where its own does not take it', async () => {
    const own = await openBot({ announcements: 'C0RANDOM' });
    await own.desk.airports('LHR');
    own.slack.failNext('chat.postMessage', { error: 'not_in_channel' });
    const omar = own.slack.as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work');
    expect((await own.slack.as('U0VERA').awaitMessage('C0RANDOM', 'gave LHR')).text).toContain('<@U0OMAR>');
    expect((await omar.awaitMessage(OPS, 'now has work')).plain).not.toContain('could not be told');
    await own.close();
  });

  it('that could not be told is mentioned in the private answer: the change stands', async () => {
    bot.slack.failNext('chat.postMessage', { error: 'not_in_channel' });
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work');
    expect((await omar.awaitMessage(OPS, 'now has work')).plain).toContain('the team could not be told');
    expect(await access()).toEqual([{ module_key: 'work', status: 'active' }]);
  });
});
