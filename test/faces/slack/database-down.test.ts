import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
let proxy: TcpProxy;
beforeAll(async () => {
  proxy = await tcpProxy(Number(new URL(inject('postgresUrl')).port));
  bot = await openBot({ through: (url, database) => (database === 'platform' ? proxy.through(url) : url) });
  await bot.desk.airports('LHR');
});
afterAll(async () => {
  await proxy.pass();
  await bot.close();
  await proxy.close();
});

it('a command, a form’s menu and a form are answered within Slack’s time while the platform’s database is silent', async () => {
  const omar = bot.slack.as('U0OMAR');
  await omar.command(OPS, '/capops grant LHR');
  await omar.nextView();
  proxy.hang();

  const started = performance.now();
  await omar.command(OPS, '/capops org LHR');
  const answer = await omar.awaitMessage(OPS, 'The platform’s database does not answer');
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(answer.plain).toMatch(/Reference [0-9a-f]{8}/);

  expect(await omar.choices('org', 'LHR')).toEqual([]);
  const asked = bot.slack.deliveries('block_suggestion').at(-1);
  expect(asked).toMatchObject({ status: 200 });
  expect(asked?.ms).toBeLessThan(2_000);

  bot.forget();
  const end = await omar.submit({ module: ['work'] });
  expect(end.trouble).toBeUndefined();
  expect(end.delivery?.ms).toBeLessThan(3_000);
  await omar.awaitMessage(OPS, 'The platform’s database does not answer');
});
