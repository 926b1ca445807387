import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bot, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
});
afterAll(() => bot.close());

/** A request signed as Slack signs it. */
function post(body: string): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHmac('sha256', bot.slack.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${digest}`,
  };
  return fetch(bot.slack.workspace.appUrl ?? '', { method: 'POST', headers, body });
}

it('a body larger than Slack’s is not read, whoever signed it', async () => {
  const body = (bytes: number) =>
    `command=%2Fcapops&user_id=U0NILS&team_id=T0CAPACITY&channel_id=C0OPS&text=${'a'.repeat(bytes)}`;
  expect((await post(body(1000))).status).toBe(200);
  const refused = await post(body(1024 * 1024)).then(
    ({ status }) => status,
    () => 'cut off',
  );
  expect([413, 'cut off']).toContain(refused);
});
