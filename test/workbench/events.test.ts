import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalSlack, startLocalSlack } from '../../workbench/local-slack.ts';
import { unreadIn } from '../../workbench/slack/read-marks.ts';
import type { Person } from '../../workbench/slack/state.ts';

let slack: LocalSlack;
beforeEach(async () => {
  slack = await startLocalSlack();
});
afterEach(() => slack.close());

const api = async (method: string, body: object = {}, token = slack.botToken) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(slack.apiUrl + method, { method: 'POST', headers, body: JSON.stringify(body) });
  const json = (await answer.json()) as Record<string, unknown> & { ts: string; url: string };
  return Object.assign(json, { status: answer.status, retryAfter: answer.headers.get('retry-after') });
};
const events = () => slack.deliveries('event').filter(({ attempt }) => attempt === 0);
const toldOf = () => events().map(({ payload }) => payload.event as Record<string, unknown>);

test('a change of a user group is told by two events, a new name by one', async () => {
  await slack.setGroup('S0OPS', ['U0NILS', 'U0VERA']);
  expect(toldOf()).toMatchObject([
    { type: 'subteam_updated', subteam: { id: 'S0OPS', users: ['U0NILS', 'U0VERA'], user_count: 2 } },
    { type: 'subteam_members_changed', subteam_id: 'S0OPS', added_users: ['U0NILS', 'U0VERA'], removed_users: [] },
  ]);
  await slack.editGroup({ id: 'S0OPS', name: 'Night shift' });
  expect(toldOf()).toHaveLength(3);
  expect(toldOf().at(-1)).toMatchObject({ type: 'subteam_updated', subteam: { name: 'Night shift', user_count: 2 } });
  await slack.editGroup({ id: 'S0OPS', disabled: true, silently: true });
  expect(toldOf()).toHaveLength(3);
  expect(await api('usergroups.users.list', { usergroup: 'S0OPS' })).toMatchObject({ error: 'no_such_subteam' });
  expect(await api('usergroups.list')).toMatchObject({ usergroups: [] });
});

test('the app hears of its own direct messages, of edits and of deletions there, and of none in channels', async () => {
  const omar = slack.as('U0OMAR');
  const { ts } = await api('chat.postMessage', { channel: 'U0OMAR', text: 'one' });
  await api('chat.update', { channel: omar.direct, ts, text: 'two' });
  await omar.message(omar.direct, 'mine');
  const [, mine] = omar.sees(omar.direct);
  if (mine) await omar.edit(mine, 'mine, mended');
  if (mine) await omar.takeBack(mine);
  await api('chat.postMessage', { channel: 'C0OPS', text: 'elsewhere' });
  await api('chat.postEphemeral', { channel: omar.direct, user: 'U0OMAR', text: 'private' });
  await slack.until(() => events().length === 5);
  expect(toldOf()).toMatchObject([
    { type: 'message', bot_id: 'B0CAPOPS', text: 'one', channel_type: 'im' },
    { subtype: 'message_changed', message: { text: 'two' }, previous_message: { text: 'one' } },
    { type: 'message', user: 'U0OMAR', text: 'mine' },
    { subtype: 'message_changed', message: { text: 'mine, mended' } },
    { subtype: 'message_deleted', deleted_ts: mine?.ts },
  ]);
  const theirs = omar.sees(omar.direct)[0];
  await expect(omar.edit(theirs as never, 'not mine')).rejects.toThrow('Omar Haddad has written no message');
});

test('replies stand under their first message, which counts them', async () => {
  const omar = slack.as('U0OMAR');
  const { ts } = await api('chat.postMessage', { channel: 'C0OPS', text: 'one' });
  const reply = await api('chat.postMessage', { channel: 'C0OPS', text: 'two', thread_ts: ts });
  await api('chat.postMessage', { channel: 'C0OPS', text: 'three', thread_ts: reply.ts });
  await api('chat.postEphemeral', { channel: 'C0OPS', user: 'U0VERA', text: 'for Vera', thread_ts: ts });
  expect(omar.sees('C0OPS').map(({ threadTs }) => threadTs)).toEqual([undefined, ts, ts]);
  const updated = await api('chat.update', { channel: 'C0OPS', ts, text: 'one again' });
  expect(updated).toMatchObject({ message: { reply_count: 2, reply_users: ['U0CAPOPS'], thread_ts: ts } });
});

test('a channel is unread until it is read, replies and one’s own messages aside', async () => {
  const omar = slack.as('U0OMAR');
  const person = slack.workspace.state.people.get('U0OMAR') as Person;
  const unread = () => unreadIn(slack.workspace, person, 'C0OPS');
  const { ts } = await api('chat.postMessage', { channel: 'C0OPS', text: 'one' });
  await api('chat.postMessage', { channel: 'C0OPS', text: 'reply', thread_ts: ts });
  await api('chat.postEphemeral', { channel: 'C0OPS', user: 'U0VERA', text: 'for Vera' });
  await omar.message('C0OPS', 'mine');
  expect(unread()).toBe(1);
  omar.read('C0OPS');
  expect(unread()).toBe(0);
});
