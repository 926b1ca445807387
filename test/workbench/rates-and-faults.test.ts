import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalSlack, startLocalSlack } from '../../workbench/local-slack.ts';

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

test('posts to a channel beyond one a second are refused after a burst, with the seconds to wait, channel by channel', async () => {
  const post = (channel = 'C0OPS') => api('chat.postMessage', { channel, text: 'x' });
  for (let n = 0; n < 30; n += 1) expect((await post()).status).toBe(200);
  expect(await post()).toMatchObject({ status: 429, error: 'ratelimited', retryAfter: '1' });
  expect((await post('C0RANDOM')).status).toBe(200);
  await slack.turnClock(1_000);
  expect((await post()).status).toBe(200);
  expect((await post()).status).toBe(429);
});

test('changes are let through 50 a minute, questions about user groups 20', async () => {
  const { ts } = await api('chat.postMessage', { channel: 'C0OPS', text: 'x' });
  const statuses = async (count: number, call: () => Promise<{ status: number }>) => {
    const all = await Promise.all(Array.from({ length: count }, call));
    return all.filter(({ status }) => status === 200).length;
  };
  expect(await statuses(60, () => api('chat.update', { channel: 'C0OPS', ts, text: 'y' }))).toBe(50);
  expect(await statuses(25, () => api('usergroups.users.list', { usergroup: 'S0OPS' }))).toBe(20);
});

test('without rates nothing is too fast', async () => {
  slack.workspace.hasRates = false;
  const posts = Array.from({ length: 40 }, () => api('chat.postMessage', { channel: 'C0OPS', text: 'x' }));
  expect((await Promise.all(posts)).every(({ status }) => status === 200)).toBe(true);
});

test('Slack can be down, for its methods, its response addresses and its files', async () => {
  const gone = await slack.as('U0OMAR').command('C0OPS', '/capops');
  slack.failNext('*', { down: true }, Number.POSITIVE_INFINITY);
  await expect(api('auth.test')).rejects.toThrow('fetch failed');
  await expect(fetch(String(gone.payload.response_url), { method: 'POST', body: '{}' })).rejects.toThrow(
    'fetch failed',
  );
  await expect(fetch(`${slack.url}/files/F1/a.csv`)).rejects.toThrow('fetch failed');
  slack.heal();
  expect((await api('auth.test')).ok).toBe(true);
});

test('a response address can fail by itself', async () => {
  const { payload } = await slack.as('U0OMAR').command('C0OPS', '/capops');
  const respond = () => fetch(String(payload.response_url), { method: 'POST', body: '{"text":"x"}' });
  slack.failNext('response_url', { status: 500 });
  expect([(await respond()).status, (await respond()).status]).toEqual([500, 200]);
});
