import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSlackWeb, type SlackWeb } from '../../src/adapters/slack-web.ts';

const botToken = 'xoxb-test-token';

/** Everything a web reads, as one text. */
async function read(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('towards Slack', () => {
  const web = openSlackWeb({ botToken, apiUrl: undefined });
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => nock.cleanAll());
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('calls methods with the token, answers response URLs without it', async () => {
    const method = nock('https://slack.com', { reqheaders: { authorization: `Bearer ${botToken}` } })
      .post('/api/auth.test')
      .reply(200, { ok: true, team_id: 'T1' });
    const answer = nock('https://hooks.slack.com', { badheaders: ['authorization'] })
      .post('/commands/1', { text: 'hello' })
      .reply(200, 'ok');
    await expect(web.client.auth.test()).resolves.toMatchObject({ team_id: 'T1' });
    await web.respond('https://hooks.slack.com/commands/1', { text: 'hello' });
    expect([method.isDone(), answer.isDone()]).toEqual([true, true]);
  });

  it('downloads files with the token from the host for files', async () => {
    nock('https://files.slack.com', { reqheaders: { authorization: `Bearer ${botToken}` } })
      .get('/a.csv')
      .reply(200, 'name,code');
    expect(await read(web.download('https://files.slack.com/a.csv'))).toBe('name,code');
  });

  it.each([
    'https://evil.example/a.csv',
    'http://files.slack.com/a.csv',
    'https://files.slack.com.evil.example/a.csv',
    'https://files.slack.com:444/a.csv',
    'https://slack.com/a.csv',
    'https://files.slack.com@evil.example/a.csv',
  ])('sends the token nowhere else: not to %s', async (address) => {
    const anywhere = nock(/.*/).get(/.*/).reply(200, 'caught');
    await expect(read(web.download(address))).rejects.toThrow(/sends nothing to|expects files\.slack\.com/);
    expect(anywhere.isDone()).toBe(false);
  });

  it('answers at the host for response URLs only', async () => {
    await expect(web.respond('https://evil.example/commands/1', {})).rejects.toThrow('expects hooks.slack.com');
    await expect(web.respond('http://hooks.slack.com/commands/1', {})).rejects.toThrow('sends nothing to');
  });

  it('takes no address for a method', async () => {
    const evil = nock('https://evil.example').post(/.*/).reply(200, { ok: true });
    const slack = nock('https://slack.com').post(/.*/).reply(404, 'no');
    await expect(web.quick.apiCall('https://evil.example/x')).rejects.toThrow();
    expect([evil.isDone(), slack.isDone()]).toEqual([false, true]);
  });

  it('follows no redirect', async () => {
    nock('https://slack.com').post('/api/auth.test').reply(302, '', { location: 'https://evil.example/' });
    nock('https://files.slack.com').get('/a.csv').reply(302, '', { location: 'https://files.slack.com/b.csv' });
    const followed = nock(/evil|files/)
      .get(/b\.csv|\//)
      .reply(200, 'caught');
    await expect(web.quick.auth.test()).rejects.toThrow('redirect');
    await expect(read(web.download('https://files.slack.com/a.csv'))).rejects.toThrow('redirect');
    expect(followed.isDone()).toBe(false);
  });

  it('reads no more than 1 MiB of an answer and 11 MiB of a file', async () => {
    const mebibyte = 1024 * 1024;
    nock('https://slack.com')
      .post('/api/auth.test')
      .reply(200, Buffer.alloc(mebibyte + 1, 32));
    nock('https://files.slack.com')
      .get('/a.csv')
      .reply(200, Buffer.alloc(11 * mebibyte + 1, 32));
    await expect(web.quick.auth.test()).rejects.toThrow('larger than');
    await expect(read(web.download('https://files.slack.com/a.csv'))).rejects.toThrow('larger than');
  });

  it('waits out a rate limit where nobody waits, and says so at once where somebody does', async () => {
    nock('https://slack.com').post('/api/chat.update').reply(429, '', { 'retry-after': '0' });
    nock('https://slack.com').post('/api/chat.update').reply(200, { ok: true });
    await expect(web.client.chat.update({ channel: 'C1', ts: '1', text: 'x' })).resolves.toMatchObject({ ok: true });
    nock('https://slack.com').post('/api/users.info').reply(429, '', { 'retry-after': '30' });
    await expect(web.quick.users.info({ user: 'U1' })).rejects.toThrow();
  });

  it('counts each call by its method and what came of it, and names no address', async () => {
    const calls: string[] = [];
    const nothing = () => undefined;
    const meter = {
      ran: nothing,
      acknowledged: nothing,
      saw: nothing,
      late: nothing,
      watchQueue: nothing,
      watchBackups: nothing,
    };
    const calledSlack = (call: object) => void calls.push(Object.values(call).join(' '));
    const counted = openSlackWeb({ botToken, apiUrl: undefined, meter: { ...meter, calledSlack } });
    nock('https://slack.com').post('/api/chat.update').reply(429, '', { 'retry-after': '0' });
    nock('https://slack.com').post('/api/chat.update').reply(200, { ok: true });
    await counted.client.chat.update({ channel: 'C1', ts: '1', text: 'x' });
    nock('https://slack.com').post('/api/auth.test').replyWithError(new Error('gone'));
    await expect(counted.quick.auth.test()).rejects.toThrow();
    nock('https://hooks.slack.com').post('/commands/T1/s3cret').reply(404);
    await expect(counted.respond('https://hooks.slack.com/commands/T1/s3cret', {})).rejects.toThrow();
    nock('https://files.slack.com').get('/s3cret.csv').reply(200, 'x');
    await read(counted.download('https://files.slack.com/s3cret.csv'));
    expect(calls).toEqual(['chat.update 429', 'chat.update 200', 'auth.test none', 'response_url 404', 'file 200']);
  });

  it('posts a message once, even when Slack’s answer to it is lost', async () => {
    const posts = nock('https://slack.com').post('/api/chat.postMessage').twice().reply(500, '');
    await expect(web.client.chat.postMessage({ channel: 'C1', text: 'x' })).rejects.toThrow();
    expect(posts.pendingMocks()).toHaveLength(1);
  });
});

describe('towards a stand-in on this machine', () => {
  let server: Server;
  let web: SlackWeb;
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
      if (request.url?.includes('slow')) return;
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    web = openSlackWeb({ botToken, apiUrl: `${origin()}/api/` });
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  it('everything goes there', async () => {
    await web.client.auth.test();
    await web.respond(`${origin()}/response/1`, {});
    await read(web.download(`${origin()}/files/1`));
    expect(asked).toEqual([
      `POST /api/auth.test Bearer ${botToken}`,
      'POST /response/1 ',
      `GET /files/1 Bearer ${botToken}`,
    ]);
  });

  it('and nothing to Slack or to another port', async () => {
    await expect(web.respond('https://hooks.slack.com/commands/1', {})).rejects.toThrow(
      'sends nothing to hooks.slack.com',
    );
    await expect(read(web.download('http://127.0.0.1:9/files/1'))).rejects.toThrow('sends nothing to 127.0.0.1:9');
  });

  it('what somebody waits for is given up after 1.2 s', async () => {
    const started = performance.now();
    await expect(web.quick.apiCall('slow')).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(1_800);
  });
});
