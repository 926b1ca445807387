import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot({ receiver: 'socket' });
  await bot.desk.airports('LHR');
});
afterAll(() => bot.close());
beforeEach(() => bot.forget());

const as = (id: string) => bot.slack.as(id);

it('Socket Mode keeps two connections, which the app’s token opens, and works on either', async () => {
  expect(bot.slack.connections()).toBe(2);
  expect(bot.face.isConnected()).toBe(true);
  expect(bot.slack.calls('apps.connections.open').map(({ token, answer }) => [token, answer.ok])).toEqual([
    ['app', true],
    ['app', true],
  ]);
  const vera = as('U0VERA');
  for (const typed of ['/capops whoami', '/capops whoami', '/capops whoami']) {
    expect(await vera.command(OPS, typed)).toMatchObject({ via: 'socket', status: 200 });
    expect((await vera.nextMessage(OPS)).text).toBe('You are vera, viewer in staging.');
  }
  expect(bot.slack.calls('response_url').map(({ token }) => token)).toEqual(['none', 'none', 'none']);
});

it('a form, its menu, its submission and a direct message work over sockets as over HTTP', async () => {
  const omar = as('U0OMAR');
  await omar.command(OPS, '/capops grant');
  await omar.nextView();
  const refused = await omar.submit({ org: 'LHR Airport', module: ['work'], until: '2020-01-01' });
  expect(refused.errors).toEqual({ until: expect.stringContaining('has already passed') });
  expect(await omar.submit({ until: '2027-03-31' })).toMatchObject({ errors: {} });
  await omar.awaitMessage(OPS, 'now has work');
  await omar.message(omar.direct, 'org LHR');
  expect((await omar.nextMessage(omar.direct)).plain).toContain('31 Mar 2027');
  expect(bot.slack.deliveries().every(({ via }) => via === 'socket')).toBe(true);
});

it('a connection that Slack asks to renew is renewed, and nobody notices', async () => {
  const vera = as('U0VERA');
  const asked = bot.slack.calls('apps.connections.open').length;
  bot.slack.refreshSocket();
  expect((await vera.command(OPS, '/capops whoami')).status).toBe(200);
  await bot.slack.until(() => bot.slack.calls('apps.connections.open').length === asked + 1);
  await bot.slack.until(() => bot.slack.connections() === 2);
  // Each connection takes one of these: the new one works.
  const both = [await vera.command(OPS, '/capops whoami'), await vera.command(OPS, '/capops whoami')];
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
});

it('stopping closes the connections', async () => {
  await bot.face.stop();
  await bot.slack.until(() => bot.slack.connections() === 0);
  expect(bot.face.isConnected()).toBe(false);
  expect((await as('U0VERA').command(OPS, '/capops whoami')).error).toBe('dispatch_failed');
});
