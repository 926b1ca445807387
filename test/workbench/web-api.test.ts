import { get } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { slackWithApp } from './bolt-app.ts';

let slack: Awaited<ReturnType<typeof slackWithApp>>;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  slack = await slackWithApp((app) => {
    app.event('app_mention', ({ event }) => Promise.resolve(void heard.push(event.text)));
    app.event('subteam_members_changed', ({ event }) => Promise.resolve(void heard.push(`${event.added_users}`)));
    app.command('/capops', ({ ack }) => ack());
  });
});
afterEach(() => slack.end());

const api = (method: string, body: object, token = slack.botToken) =>
  fetch(slack.apiUrl + method, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  }).then((answer) => answer.json() as Promise<Record<string, unknown>>);

test('a method that it lacks is unknown, and it says so loudly', async () => {
  const loud = vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(await api('admin.users.remove', {})).toMatchObject({ ok: false, error: 'unknown_method' });
  expect(loud.mock.calls[0]?.[0]).toContain('admin.users.remove');
  loud.mockRestore();
});

test('another token is refused', async () => {
  expect(await api('auth.test', {}, 'xoxb-other')).toEqual({ ok: false, error: 'invalid_auth' });
  expect(await api('auth.test', {})).toMatchObject({ ok: true, team_id: slack.teamId, user_id: 'U0CAPOPS' });
});

test('blocks beyond the limits are refused with the place named', async () => {
  const header = { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } };
  expect(await api('chat.postMessage', { channel: 'C0OPS', blocks: [header] })).toMatchObject({
    ok: false,
    error: 'invalid_blocks',
    response_metadata: { messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'] },
  });
  expect(slack.as('U0ADA').sees('C0OPS')).toEqual([]);
});

test('a message is changed where it stands, and a private one only through its response address', async () => {
  const { ts } = (await api('chat.postMessage', { channel: 'C0OPS', text: 'one' })) as { ts: string };
  await api('chat.update', { channel: 'C0OPS', ts, text: 'two' });
  const { message_ts } = await api('chat.postEphemeral', { channel: 'C0OPS', user: 'U0ADA', text: 'private' });
  expect(await api('chat.update', { channel: 'C0OPS', ts: message_ts, text: 'no' })).toMatchObject({
    error: 'message_not_found',
  });
  expect(
    slack
      .as('U0ADA')
      .sees('C0OPS')
      .map(({ text }) => text),
  ).toEqual(['two', 'private']);
});

test('a home tab is not published over a version that is newer than the one known', async () => {
  const publish = (hash?: string) =>
    api('views.publish', { user_id: 'U0OMAR', hash, view: { type: 'home', blocks: [{ type: 'divider' }] } });
  const { view } = (await publish()) as { view: { hash: string } };
  expect(await publish(view.hash)).toMatchObject({ ok: true });
  expect(await publish(view.hash)).toMatchObject({ ok: false, error: 'hash_conflict' });
});

test('a file goes up in Slack’s three steps and stands in the channel', async () => {
  const { client } = slack.app;
  await client.files.uploadV2({
    channel_id: 'C0OPS',
    filename: 'errors.csv',
    file: Buffer.from('line,error'),
    initial_comment: 'Look',
  });
  const message = slack.as('U0VERA').sees('C0OPS').at(-1);
  expect(message).toMatchObject({ text: 'Look', files: [{ name: 'errors.csv', content: 'line,error' }] });
});

test('a file is not for those without the token', async () => {
  const omar = slack.as('U0OMAR');
  await omar.message(omar.direct, 'file', [{ name: 'a.csv', content: 'secret' }]);
  const file = [...slack.workspace.state.files.values()].at(-1);
  const answer = await fetch(`${slack.url}/files/${file?.id}/a.csv`, { redirect: 'manual' });
  expect(answer.status).toBe(302);
  expect(await answer.text()).not.toContain('secret');
});

test('a response address works five times', async () => {
  const delivery = await slack.as('U0OMAR').command('C0OPS', '/capops');
  const say = () => fetch(String(delivery.payload.response_url), { method: 'POST', body: '{"text":"again"}' });
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) statuses.push((await say()).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
});

test('a response address works for thirty minutes', async () => {
  const delivery = await slack.as('U0OMAR').command('C0OPS', '/capops');
  slack.turnClock(30 * 60_000 + 1);
  const late = await fetch(String(delivery.payload.response_url), { method: 'POST', body: '{"text":"late"}' });
  expect(await late.json()).toEqual({ ok: false, error: 'expired_url' });
});

test('deliveries are signed: another secret or an old date is refused by Bolt', async () => {
  const good = await slack.as('U0OMAR').command('C0OPS', '/capops');
  expect(good.status).toBe(200);
  expect((await slack.redeliver(good, { signingSecret: 'another' })).status).toBe(401);
  expect((await slack.redeliver(good, { timestamp: Math.floor(Date.now() / 1000) - 301 })).status).toBe(401);
  expect((await slack.redeliver(good)).request.body).toBe(good.request.body);
});

test('a group’s new members are told, and asked for', async () => {
  await slack.setGroup('S0OPS', ['U0NILS']);
  await slack.until(() => heard.includes('U0NILS'));
  expect(await api('usergroups.users.list', { usergroup: 'S0OPS' })).toMatchObject({ users: ['U0NILS'] });
});

test('a method goes wrong as often as it was told to', async () => {
  slack.failNext('usergroups.users.list', { error: 'plan_upgrade_required' });
  slack.failNext('users.info', { retryAfter: 7 });
  expect(await api('usergroups.users.list', { usergroup: 'S0OPS' })).toMatchObject({ error: 'plan_upgrade_required' });
  expect(await api('usergroups.users.list', { usergroup: 'S0OPS' })).toMatchObject({ ok: true });
  const limited = await fetch(`${slack.apiUrl}users.info`, { method: 'POST' });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
});

test('somebody deactivated is so in what the app is told', async () => {
  slack.as('U0OMAR').deactivate();
  expect(await api('users.info', { user: 'U0OMAR' })).toMatchObject({ user: { deleted: true, is_restricted: false } });
  expect(await api('users.info', { user: 'U0GUEST' })).toMatchObject({ user: { deleted: false, is_restricted: true } });
});

test('another Host or another page’s Origin is not let in', async () => {
  const ask = (headers: Record<string, string>) =>
    new Promise((resolve) =>
      get(`${slack.apiUrl}auth.test`, { headers }, (answer) => resolve(answer.resume().statusCode)),
    );
  expect(await ask({})).toBe(200);
  expect(await ask({ host: 'evil.example' })).toBe(403);
  expect(await ask({ origin: 'https://evil.example' })).toBe(403);
  expect(await ask({ origin: slack.url })).toBe(200);
});
