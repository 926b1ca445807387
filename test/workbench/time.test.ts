import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { slackWithApp } from './bolt-app.ts';

const button = { type: 'button', action_id: 'slow', text: { type: 'plain_text', text: 'Slow' } } as const;
const form = {
  type: 'modal',
  callback_id: 'slow',
  title: { type: 'plain_text', text: 'Slow' },
  submit: { type: 'plain_text', text: 'Go' },
  blocks: [{ type: 'divider' }],
} as const;

let slack: Awaited<ReturnType<typeof slackWithApp>>;
let heard: Record<string, unknown>[];

beforeEach(async () => {
  heard = [];
  slack = await slackWithApp((app) => {
    app.use(async ({ context, next }) => {
      heard.push(context);
      await next();
    });
    app.command('/slow', () => Promise.resolve());
    app.command('/capops', async ({ ack, command, client, respond }) => {
      await ack();
      if (command.text === 'form') await client.views.open({ trigger_id: command.trigger_id, view: form as never });
      else await respond({ text: 'Click', blocks: [{ type: 'actions', elements: [button] }] });
    });
    app.action('slow', () => Promise.resolve());
    app.view('slow', () => Promise.resolve());
    app.event('app_mention', () => Promise.resolve());
  });
});
afterEach(() => slack.end());

/** Turns the clock by 3 s once the app has the request. */
async function tooLate<T>(acting: Promise<T>): Promise<T> {
  const known = heard.length;
  while (heard.length === known) await new Promise((resolve) => setTimeout(resolve, 5));
  await slack.turnClock(3_000);
  return acting;
}

test('a command that is not acknowledged within 3 s fails as on Slack', async () => {
  const omar = slack.as('U0OMAR');
  const delivery = await tooLate(omar.command('C0OPS', '/slow'));
  expect(delivery).toMatchObject({ error: 'operation_timeout', ms: expect.any(Number) });
  const said = '/slow failed with the error “operation_timeout”';
  expect(await omar.nextMessage('C0OPS')).toMatchObject({ text: said, user: 'USLACKBOT', ephemeral: true });
  expect(slack.traffic().at(-1)).toMatchObject({ name: 'command', error: 'operation_timeout', shown: said });
});

test('a button that is not acknowledged shows a triangle, a form that it had trouble', async () => {
  const omar = slack.as('U0OMAR');
  await omar.command('C0OPS', '/capops');
  const click = await tooLate(omar.click(await omar.nextMessage('C0OPS'), 'Slow'));
  expect(click).toMatchObject({ error: 'operation_timeout', shown: '⚠ beside slow' });
  await omar.command('C0OPS', '/capops form');
  await omar.nextView();
  const submission = await tooLate(omar.submit());
  expect(submission).toMatchObject({ closed: false, trouble: 'We had some trouble connecting. Try again?' });
  expect(submission.delivery?.shown).toBe(submission.trouble);
  expect(omar.view()?.title).toBe('Slow');
});

test('an acknowledgement held back counts as none, and the next one counts again', async () => {
  slack.holdAcks('command');
  const omar = slack.as('U0OMAR');
  const command = omar.command('C0OPS', '/capops');
  // The app answers after it has acknowledged.
  await slack.until(() => slack.calls('response_url').length === 1);
  await slack.turnClock(3_000);
  expect(await command).toMatchObject({ error: 'operation_timeout' });
  expect(await omar.command('C0OPS', '/capops')).toMatchObject({ status: 200 });
  await slack.until(() => slack.calls('response_url').length === 2);
});

const attempts = () => slack.deliveries('event').map(({ attempt, error }) => [attempt, error]);
const retries = () =>
  slack
    .deliveries('event')
    .map(({ request: { headers } }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);

test('an event that fails comes again at once, after a minute and after five, and then no more', async () => {
  slack.connect('http://127.0.0.1:1/slack/events');
  await slack.as('U0OMAR').message('C0OPS', '@capops hello');
  await slack.turnClock(0);
  expect(attempts()).toHaveLength(2);
  await slack.turnClock(59_000);
  expect(attempts()).toHaveLength(2);
  await slack.turnClock(2_000);
  expect(attempts()).toHaveLength(3);
  await slack.turnClock(298_000);
  expect(attempts()).toHaveLength(3);
  await slack.turnClock(2_000);
  expect(attempts()).toHaveLength(4);
  await slack.turnClock(24 * 3_600_000);
  expect(attempts().map(([attempt]) => attempt)).toEqual([0, 1, 2, 3]);
  expect(retries()).toEqual([
    [undefined, undefined],
    ['1', 'connection_failed'],
    ['2', 'connection_failed'],
    ['3', 'connection_failed'],
  ]);
  const bodies = new Set(slack.deliveries('event').map(({ request }) => request.body));
  expect(bodies.size).toBe(1);
});

test('an event that is acknowledged late comes again, and an app that is told twice can see it', async () => {
  slack.holdAcks('event');
  const written = slack.as('U0OMAR').message('C0OPS', '@capops hello');
  await tooLate(written);
  await slack.until(() => slack.deliveries('event')[1]?.status);
  await slack.turnClock(24 * 3_600_000);
  expect(attempts()).toEqual([
    [0, 'operation_timeout'],
    [1, undefined],
  ]);
  expect(heard).toMatchObject([{}, { retryNum: 1, retryReason: 'http_timeout' }]);
});

test('an app that asks not to be told again is not', async () => {
  const answer = { 'x-slack-no-retry': '1' };
  const refusing = createServer((_, response) => response.writeHead(500, answer).end()).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  slack.connect(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
  await slack.as('U0OMAR').message('C0OPS', '@capops hello');
  await slack.turnClock(24 * 3_600_000);
  refusing.close();
  expect(attempts()).toEqual([[0, 'dispatch_failed']]);
});
