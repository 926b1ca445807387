import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openHeartbeat } from '../../src/adapters/heartbeat.ts';
import { keptLog } from './notes.ts';

const URL = 'https://beats.example/ping/s3cret';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

it('a beat is one GET', async () => {
  const peer = nock('https://beats.example').get('/ping/s3cret').reply(200, 'OK');
  const { log, lines } = keptLog();
  await openHeartbeat(URL, log).beat();
  expect(peer.isDone()).toBe(true);
  expect(lines).toEqual([]);
});

it('says once that it does not get through, and once that it does again, without the address', async () => {
  const { log, lines } = keptLog();
  const heartbeat = openHeartbeat(URL, log);
  const beats = async (prepare: (answer: nock.Interceptor) => unknown) => {
    prepare(nock('https://beats.example').get('/ping/s3cret'));
    await heartbeat.beat();
  };
  await beats((answer) => answer.reply(503, 'no'));
  await beats((answer) => answer.replyWithError(new Error('connect to https://beats.example/ping/s3cret failed')));
  await beats((answer) => answer.reply(200));
  await beats((answer) => answer.reply(200));
  await beats((answer) => answer.replyWithError(Object.assign(new Error('/ping/s3cret'), { code: 'ECONNREFUSED' })));
  await beats((answer) => answer.reply(200));
  await beats((answer) => answer.replyWithError(new Error('connect to https://beats.example/ping/s3cret failed')));
  expect(lines).toEqual([
    'warn the heartbeat does not get through {"reason":"it answered with 503"}',
    'info the heartbeat gets through again {}',
    'warn the heartbeat does not get through {"reason":"ECONNREFUSED"}',
    'info the heartbeat gets through again {}',
    expect.stringMatching(/^warn the heartbeat does not get through \{"reason":"\w+"\}$/),
  ]);
  expect(lines.join()).not.toContain('s3cret');
});

it('follows no redirect, and counts it as a failure', async () => {
  nock('https://beats.example').get('/ping/s3cret').reply(302, '', { location: 'https://evil.example/' });
  const evil = nock('https://evil.example').get('/').reply(200);
  const { log, lines } = keptLog();
  await openHeartbeat(URL, log).beat();
  expect(evil.isDone()).toBe(false);
  expect(lines).toEqual(['warn the heartbeat does not get through {"reason":"it answered with 302"}']);
});

it('does not hold up a stop', async () => {
  nock('https://beats.example').get('/ping/s3cret').delay(60_000).reply(200);
  const { log, lines } = keptLog();
  const heartbeat = openHeartbeat(URL, log);
  const started = performance.now();
  const beating = heartbeat.beat();
  heartbeat.close();
  await beating;
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(lines).toEqual([]);
});
