import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
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

test('ten connections are taken and no more, for the app’s token only, and each by its own ticket', async () => {
  expect(await api('apps.connections.open')).toMatchObject({ error: 'not_allowed_token_type' });
  const open = async (url?: string) => {
    const socket = new WebSocket(url ?? (await api('apps.connections.open', {}, slack.appToken)).url);
    const first = await new Promise((resolve) => {
      socket.on('message', (data) => resolve(JSON.parse(String(data))));
      socket.on('error', (error) => resolve(error.message));
    });
    return { socket, first };
  };
  const ten = await Promise.all(Array.from({ length: 10 }, () => open()));
  expect(slack.connections()).toBe(10);
  expect(ten.every(({ first }) => (first as { type: string }).type === 'hello')).toBe(true);
  expect((await open()).first).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
  expect((await open(ten[0]?.socket.url)).first).toContain('403');
});

test('each payload goes to one connection, and all take their turn', async () => {
  const taken: number[] = [];
  for (const n of [0, 1, 2]) {
    const socket = new WebSocket((await api('apps.connections.open', {}, slack.appToken)).url);
    socket.on('message', (data) => {
      const { envelope_id } = JSON.parse(String(data)) as { envelope_id?: string };
      if (!envelope_id) return;
      taken.push(n);
      socket.send(JSON.stringify({ envelope_id, payload: { text: `From ${n}` } }));
    });
    await new Promise((resolve) => socket.once('message', resolve));
  }
  const omar = slack.as('U0OMAR');
  for (const said of ['From 0', 'From 1', 'From 2', 'From 0']) {
    expect(await omar.command('C0OPS', '/capops')).toMatchObject({ via: 'socket', status: 200 });
    expect((await omar.nextMessage('C0OPS')).text).toBe(said);
  }
  expect(taken).toEqual([0, 1, 2, 0]);
});
