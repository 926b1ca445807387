import type { Knex } from 'knex';
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import { isReady, openReadiness } from '../../../src/faces/http/readiness.ts';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';

let desk: Desk;
const proxies = {} as Record<'platform' | 'ledger', TcpProxy>;
beforeAll(async () => {
  const port = Number(new URL(inject('postgresUrl')).port);
  [proxies.platform, proxies.ledger] = await Promise.all([tcpProxy(port), tcpProxy(port)]);
  desk = await openDesk({ through: (url, database) => proxies[database].through(url) });
});
afterAll(async () => {
  await desk.close();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
});
afterEach(async () => {
  await Promise.all(Object.values(proxies).map((proxy) => proxy.pass()));
});

const slack = { receiver: true, answers: true };
function open(seen: string[] = []) {
  const meter = {
    ran: () => undefined,
    calledSlack: () => undefined,
    acknowledged: () => undefined,
    saw: (part: string, isThere: boolean) => void seen.push(`${part} ${isThere}`),
    late: () => undefined,
    watchQueue: () => undefined,
    watchBackups: () => undefined,
  };
  return openReadiness({
    ports: { databases: desk.databases, meter },
    isConnected: () => slack.receiver,
    slackAnswers: () => slack.answers,
  });
}

const ALL = { platform: true, ledger: true, receiver: true, slack: true };

it('CapOps is ready when both databases and Slack answer and Slack can reach it, and that is counted', async () => {
  const seen: string[] = [];
  const readiness = await open(seen)();
  expect(readiness).toEqual(ALL);
  expect(isReady(readiness)).toBe(true);
  expect(seen).toEqual(['platform true', 'ledger true', 'receiver true', 'slack true']);
});

it.each(['platform', 'ledger'] as const)('a %s that is down or silent is not ready, within 2.5 s', async (part) => {
  const ask = open();
  await proxies[part].refuse();
  expect(await ask()).toEqual({ ...ALL, [part]: false });
  await proxies[part].pass();
  expect(await ask()).toEqual(ALL);
  proxies[part].hang();
  const started = performance.now();
  const readiness = await ask();
  expect(performance.now() - started).toBeLessThan(2_500);
  expect(readiness).toEqual({ ...ALL, [part]: false });
  expect(isReady(readiness)).toBe(false);
});

it('a statement that never ends is not ready after 2 s', async () => {
  vi.useFakeTimers();
  const silent = { raw: () => new Promise(() => undefined) } as unknown as Knex;
  const asked = openReadiness({
    ports: { databases: { platform: silent, ledger: silent } },
    isConnected: () => true,
    slackAnswers: () => true,
  })();
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  expect(await asked).toEqual({ ...ALL, platform: false, ledger: false });
});

it.each([
  ['receiver', { receiver: false, answers: true }],
  ['slack', { receiver: true, answers: false }],
])('without %s CapOps is not ready', async (part, state) => {
  const before = { ...slack };
  Object.assign(slack, state);
  const readiness = await open()();
  Object.assign(slack, before);
  expect(readiness).toEqual({ ...ALL, [part]: false });
  expect(isReady(readiness)).toBe(false);
});

it('those who ask at once share one look, so that asking cannot exhaust the databases', async () => {
  const seen: string[] = [];
  const ask = open(seen);
  await Promise.all(Array.from({ length: 50 }, ask));
  expect(seen).toHaveLength(4);
  await ask();
  expect(seen).toHaveLength(8);
});
