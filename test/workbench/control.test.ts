import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RemoteSlack, remoteSlack } from '../../workbench/client/remote.ts';
import { slackWithApp } from './bolt-app.ts';

const button = { type: 'button', action_id: 'again', text: { type: 'plain_text', text: 'Do it again' } } as const;
const input = { type: 'plain_text_input', action_id: 'it' } as const;
const form = {
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: 'A form' },
  submit: { type: 'plain_text', text: 'Go' },
  blocks: [{ type: 'input', block_id: 'word', label: { type: 'plain_text', text: 'A word' }, element: input }],
} as const;

let slack: Awaited<ReturnType<typeof slackWithApp>>;
let remote: RemoteSlack;

beforeEach(async () => {
  slack = await slackWithApp((app) => {
    app.command('/capops', async ({ ack, command, respond, client }) => {
      await ack();
      if (command.text === 'form') await client.views.open({ trigger_id: command.trigger_id, view: form as never });
      else await respond({ text: `You said ${command.text}`, blocks: [{ type: 'actions', elements: [button] }] });
    });
    app.action('again', async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: 'Done again' });
    });
    app.view('form', ({ ack, view }) => {
      const said = view.state.values.word?.it?.value;
      return said === 'bad' ? ack({ response_action: 'errors', errors: { word: 'Not that one' } }) : ack();
    });
    app.message(({ message, client }) => {
      const { channel, files } = message as { channel: string; files?: { name: string }[] };
      return client.chat.postMessage({ channel, text: `Got ${files?.map(({ name }) => name)}` }).then(() => {});
    });
  });
  remote = remoteSlack(slack.control);
});
afterEach(() => slack.end());

const knock = (path: string, init: RequestInit = {}) =>
  fetch(`${slack.url}/control/${path}`, { method: 'POST', ...init });
const key = () => ({ authorization: `Bearer ${slack.control.token}` });

test('somebody types, clicks and reads from elsewhere as in a test', async () => {
  const omar = await remote.as('U0OMAR');
  expect(await omar.command('C0OPS', '/capops hello')).toMatchObject({ status: 200 });
  const answer = await omar.nextMessage('C0OPS');
  expect(answer).toMatchObject({ text: 'You said hello', ephemeral: true });
  await omar.click(answer, 'Do it again');
  expect((await omar.awaitMessage('C0OPS', /^Done/)).edited).toBe(true);
  expect((await remote.deliveries()).map(({ kind }) => kind)).toEqual(['command', 'block_actions']);
  expect(await remote.keptLimits()).toMatchObject({ message: 2 });
});

test('somebody fills in a form and drops a file from elsewhere', async () => {
  const omar = await remote.as('U0OMAR');
  await omar.command('C0OPS', '/capops form');
  expect((await omar.nextView()).title).toBe('A form');
  expect((await omar.submit({ word: 'bad' })).errors).toEqual({ word: 'Not that one' });
  expect(await omar.submit({ word: 'good' })).toMatchObject({ closed: true });
  expect(await omar.view()).toBeUndefined();
  await omar.message(omar.direct, 'look', [{ name: 'a.csv', content: Buffer.from([0xff, 0xfe, 0x41]) }]);
  expect((await omar.nextMessage(omar.direct)).text).toBe('Got a.csv');
  expect([...slack.workspace.state.files.values()].at(-1)?.content).toEqual(Buffer.from([0xff, 0xfe, 0x41]));
});

test('each reader has unread messages of their own', async () => {
  const early = await remote.as('U0VERA');
  await slack.app.client.chat.postMessage({ channel: 'C0OPS', text: 'first' });
  const late = await remote.as('U0VERA');
  await slack.app.client.chat.postMessage({ channel: 'C0OPS', text: 'second' });
  expect((await early.nextMessage('C0OPS')).text).toBe('first');
  expect((await late.nextMessage('C0OPS')).text).toBe('second');
});

test('faults, the clock, groups and people are turned from elsewhere', async () => {
  await remote.failNext('*', { error: 'fatal_error' }, Number.POSITIVE_INFINITY);
  const post = () => slack.app.client.chat.postMessage({ channel: 'C0OPS', text: 'x' });
  await expect(post()).rejects.toThrow('fatal_error');
  await expect(post()).rejects.toThrow('fatal_error');
  await remote.heal();
  await expect(post()).resolves.toMatchObject({ ok: true });
  const before = slack.workspace.now();
  await remote.turnClock(60_000);
  expect(slack.workspace.now() - before).toBeGreaterThanOrEqual(60_000);
  await remote.editGroup({ id: 'S0OPS', people: ['U0NILS'], handle: 'night-shift' });
  expect(slack.workspace.state.groups.get('S0OPS')).toMatchObject({ people: ['U0NILS'], handle: 'night-shift' });
  await (await remote.as('U0OMAR')).deactivate();
  expect(slack.workspace.state.people.get('U0OMAR')?.deactivated).toBe(true);
});

test('the arguments can be written by hand, and what is wrong with them is said', async () => {
  const typed = await knock('as/U0OMAR/command', { headers: key(), body: '["C0OPS", "/capops hello"]' });
  expect(await typed.json()).toMatchObject({ result: { kind: 'command', status: 200 } });
  const wrong = async (path: string, body = '[]') => (await knock(path, { headers: key(), body })).json();
  expect(await wrong('as/U0OMAR/shout')).toMatchObject({
    error: expect.stringContaining('There is no shout; there is: command,'),
  });
  expect(await wrong('as/U0OMAR/constructor')).toMatchObject({
    error: expect.stringContaining('There is no constructor'),
  });
  expect(await wrong('as/U0NOBODY/command')).toMatchObject({ error: 'Nobody in the local Slack is U0NOBODY.' });
  expect(await wrong('turnClock', '["much"]')).toMatchObject({ error: expect.stringContaining('number') });
  expect(await wrong('failNext', '["*", {"explode": true}]')).toMatchObject({
    error: expect.stringContaining('explode'),
  });
});

test('nobody without the token, from another page or by another Host does anything', async () => {
  expect((await knock('heal')).status).toBe(401);
  expect((await knock('heal', { headers: { authorization: `Bearer ${slack.botToken}` } })).status).toBe(401);
  expect((await knock('heal', { headers: { ...key(), origin: 'https://evil.example' } })).status).toBe(403);
  expect((await knock('heal', { method: 'GET', headers: key() })).status).toBe(405);
  expect((await knock('heal', { headers: key() })).status).toBe(200);
});
