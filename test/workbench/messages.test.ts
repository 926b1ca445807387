import { afterEach, beforeEach, expect, test } from 'vitest';
import { slackWithApp } from './bolt-app.ts';

const button = {
  type: 'button',
  action_id: 'again',
  text: { type: 'plain_text', text: 'Do it again' },
  value: 'v1',
} as const;
const withButton = [
  { type: 'section', block_id: 's', text: { type: 'mrkdwn', text: '*Granted*' } },
  { type: 'actions', block_id: 'a', elements: [button] },
];

let slack: Awaited<ReturnType<typeof slackWithApp>>;

beforeEach(async () => {
  slack = await slackWithApp((app) => {
    app.command('/capops', async ({ ack, command, respond, client }) => {
      await ack();
      if (command.text.startsWith('say'))
        await client.chat.postMessage({ channel: command.channel_id, text: command.text });
      else await respond({ text: `You said ${command.text}`, blocks: withButton as never });
    });
    app.command('/text', ({ ack }) => ack('From the acknowledgement'));
    app.action('again', async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: 'Done again' });
    });
    app.message(async ({ message, client }) => {
      const { channel, files = [] } = message as { channel: string; files?: { id: string }[] };
      const file = files[0] ? await client.files.info({ file: files[0].id }) : undefined;
      const address = file?.file?.url_private_download ?? '';
      const answer = address
        ? await fetch(address, { headers: { authorization: `Bearer ${slack.botToken}` } })
        : undefined;
      await client.chat.postMessage({ channel, text: `Read: ${await answer?.text()}` });
    });
    app.event('app_mention', ({ event, client }) =>
      client.chat
        .postMessage({ channel: event.channel, thread_ts: event.ts, text: `Heard ${event.text}` })
        .then(() => {}),
    );
  });
});
afterEach(() => slack.end());

test('a private answer is seen by its asker alone', async () => {
  const [omar, vera] = [slack.as('U0OMAR'), slack.as('U0VERA')];
  const delivery = await omar.command('C0OPS', '/capops grant LHR work');
  expect(delivery.status).toBe(200);
  const answer = await omar.nextMessage('C0OPS');
  expect(answer).toMatchObject({ text: 'You said grant LHR work', ephemeral: true });
  expect(answer.plain).toContain('Do it again');
  expect(vera.sees('C0OPS')).toEqual([]);
});

test('people and channels in a command come with their ids, and special characters escaped', async () => {
  const omar = slack.as('U0OMAR');
  const delivery = await omar.command('C0OPS', '/capops ask @vera in #random about <A & B> a@b.c');
  const wanted = 'ask <@U0VERA|vera> in <#C0RANDOM|random> about &lt;A &amp; B&gt; a@b.c';
  expect(delivery.payload.text).toBe(wanted);
  await omar.nextMessage('C0OPS');
});

test('a public answer is seen by everybody', async () => {
  const vera = slack.as('U0VERA');
  await slack.as('U0OMAR').command('C0OPS', '/capops say hello');
  expect(await vera.nextMessage('C0OPS')).toMatchObject({ text: 'say hello', ephemeral: false, user: 'U0CAPOPS' });
});

test('the text of an acknowledgement is a private answer', async () => {
  const omar = slack.as('U0OMAR');
  await omar.command('C0OPS', '/text');
  expect(await omar.nextMessage('C0OPS')).toMatchObject({ text: 'From the acknowledgement', ephemeral: true });
});

test('a click on a private message replaces it through the response address, without its content being sent', async () => {
  const omar = slack.as('U0OMAR');
  await omar.command('C0OPS', '/capops grant');
  const click = await omar.click(await omar.nextMessage('C0OPS'), 'Do it again');
  expect(click.payload).toMatchObject({ actions: [{ action_id: 'again', block_id: 'a', value: 'v1' }] });
  expect(click.payload.message).toBeUndefined();
  await omar.awaitMessage('C0OPS', 'Done again');
  expect(omar.sees('C0OPS')).toMatchObject([{ text: 'Done again', blocks: [], edited: true }]);
});

test('a file dropped in direct messages can be downloaded by the app', async () => {
  const omar = slack.as('U0OMAR');
  await omar.message(omar.direct, 'here', [{ name: 'airports.csv', content: 'name,code\nZürich,ZRH' }]);
  expect((await omar.nextMessage(omar.direct)).text).toBe('Read: name,code\nZürich,ZRH');
});

test('a mention in a channel reaches the app and its answer stands in the thread; other messages do not', async () => {
  const omar = slack.as('U0OMAR');
  expect(await omar.message('C0OPS', 'nothing for you')).toBeUndefined();
  await omar.message('C0OPS', '@capops hello');
  const own = omar.sees('C0OPS').at(-1);
  expect(await omar.nextMessage('C0OPS')).toMatchObject({ text: 'Heard <@U0CAPOPS> hello', threadTs: own?.ts });
});

test('an app that is away is said as Slack says it', async () => {
  slack.connect('http://127.0.0.1:1/slack/events');
  const omar = slack.as('U0OMAR');
  expect((await omar.command('C0OPS', '/capops help')).error).toBe('dispatch_failed');
  expect((await omar.nextMessage('C0OPS')).text).toBe('/capops failed with the error “dispatch_failed”');
});

test('waiting gives up with what was seen last', async () => {
  const omar = slack.as('U0OMAR');
  await omar.command('C0OPS', '/capops say hello');
  const failure = omar.awaitMessage('C0OPS', 'never said', { timeoutMs: 60 });
  await expect(failure).rejects.toThrow(/Not so after 60 ms.*say hello/s);
});
