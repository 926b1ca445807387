import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { startWatch } from '../../../src/faces/http/index.ts';
import type { Meter, Pager } from '../../../src/ports.ts';
import { keptLog } from '../../adapters/notes.ts';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';

const until = (claim: () => void) => vi.waitFor(claim, { timeout: 10_000, interval: 10 });

let desk: Desk;
let proxy: TcpProxy;
beforeAll(async () => {
  proxy = await tcpProxy(Number(new URL(inject('postgresUrl')).port));
  desk = await openDesk({ through: (url, database) => (database === 'ledger' ? proxy.through(url) : url) });
});
afterAll(async () => {
  await proxy.pass();
  await desk.close();
  await proxy.close();
});

it('beats only while CapOps can serve, pages when the ledger is down for two minutes, and does neither once stopped', async () => {
  const counts = { beats: 0, looks: 0, unready: 0 };
  const told: string[] = [];
  const pager: Pager = {
    wake: (trouble, summary) => void told.push(`wake ${trouble}: ${summary}`),
    over: (trouble) => void told.push(`over ${trouble}`),
  };
  const saw: Meter['saw'] = (part, isReady) => {
    if (part !== 'ledger') return;
    counts.looks += 1;
    if (!isReady) counts.unready += 1;
  };
  const nothing = () => undefined;
  const beat = async () => {
    counts.beats += 1;
  };
  const watch = await startWatch({
    ports: {
      databases: desk.databases,
      clock: { now: () => desk.now },
      log: keptLog().log,
      pager,
      meter: {
        saw,
        ran: nothing,
        calledSlack: nothing,
        acknowledged: nothing,
        late: nothing,
        watchQueue: nothing,
        watchBackups: nothing,
      },
    },
    slack: { apiCall: async () => ({ ok: true }) },
    isConnected: () => true,
    health: undefined,
    heartbeat: { beat, close: nothing },
    pace: { lookMs: 20, beatMs: 20 },
  });
  await until(() => expect(counts.beats).toBeGreaterThan(1));
  expect(told.filter((line) => line.startsWith('wake'))).toEqual([]);

  await proxy.refuse();
  await until(() => expect(counts.unready).toBeGreaterThan(0));
  const { beats, unready } = counts;
  await until(() => expect(counts.unready).toBeGreaterThan(unready + 5));
  // One beat may have been on its way.
  expect(counts.beats).toBeLessThanOrEqual(beats + 1);
  expect(told.filter((line) => line.startsWith('wake'))).toEqual([]);
  desk.now = new Date(desk.now.getTime() + 120_000);
  await until(() => expect(told.at(-1)).toMatch(/^wake ledger: .* has not answered for 2 minutes\.$/));

  await proxy.pass();
  await until(() => expect(told.at(-1)).toBe('over ledger'));
  await until(() => expect(counts.beats).toBeGreaterThan(beats + 1));
  await watch.stop();
  const after = { ...counts };
  await desk.ledger('SELECT pg_sleep(0.2)');
  expect(counts).toEqual(after);
});
