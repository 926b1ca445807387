import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Run } from '../../src/models/run.ts';
import { Start } from '../../src/models/start.ts';
import { reconcile } from '../../src/ops/upkeep/reconcile.ts';
import type { Ports } from '../../src/ports.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { type Desk, OMAR, openDesk, said } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
});
afterEach(() => desk.close());

const ports = () => ({ databases: desk.databases, clock: { now: () => desk.now } }) as Ports;
const later = (minutes: number) => {
  desk.now = new Date(desk.now.getTime() + minutes * 60_000);
};
const startOf = (host: string) =>
  Start.record(desk.databases.ledger, {
    startedAt: desk.now,
    host,
    pid: 1,
    version: '0',
    environment: 'test',
    policySha256: null,
  });
const states = () => desk.ledger('SELECT state, message FROM runs ORDER BY started_at');

/** What a process leaves in the ledger that dies after its change, and before its outcome. */
async function dieAfterChange(startId: string | null): Promise<string> {
  const outcome = await desk.types(OMAR, 'grant LHR work', { requestKey: 'command:1' });
  await desk.databases.ledger('runs').update({ state: 'running', finished_at: null, result: null, start_id: startId });
  return outcome.runId;
}

async function dieBeforeChange(startId: string | null): Promise<void> {
  const run = {
    id: crypto.randomUUID(),
    operation: 'grant-module',
    effect: 'changes',
    actorId: OMAR.id,
    actorName: 'Omar',
  };
  await Run.begin(desk.databases.ledger, {
    ...run,
    face: 'slack',
    channel: null,
    input: { org: 'LHR' },
    startedAt: desk.now,
    startId,
    requestKey: 'command:2',
  });
}

describe('a run whose process died', () => {
  it('after its change is settled as done, and a repeated delivery is told so', async () => {
    await dieAfterChange(await startOf('gone'));
    later(3);
    expect((await reconcile(ports())).map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('the change had been made before: it stands.'),
    ]);
    expect(await states()).toMatchObject([{ state: 'done' }]);
    const again = await desk.types(OMAR, 'grant LHR work', { requestKey: 'command:1' });
    expect(said(again)).toContain('This request came in before, and was done.');
    expect(await desk.platform('SELECT action FROM entitlement.entitlement_audits')).toHaveLength(1);
  });

  it('before its change is settled as interrupted, and the same request may be made again', async () => {
    await dieBeforeChange(await startOf('gone'));
    later(3);
    expect((await reconcile(ports())).map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('before anything was changed. Ask again.'),
    ]);
    expect(await states()).toMatchObject([{ state: 'interrupted' }]);
    expect((await desk.types(OMAR, 'grant LHR work', { requestKey: 'command:2' })).kind).toBe('done');
  });

  it('stands in the audit with what became of it', async () => {
    await dieBeforeChange(await startOf('gone'));
    later(3);
    await reconcile(ports());
    expect(await desk.ledger('SELECT outcome, subjects FROM audit_log')).toEqual([
      { outcome: 'interrupted', subjects: ['LHR'] },
    ]);
  });

  it('is about an airport only where its request named one: a service is called web', async () => {
    await dieBeforeChange(await startOf('gone'));
    await desk.ledger(`UPDATE runs SET operation = 'restart', input = '{"service": "web"}'`);
    later(3);
    await reconcile(ports());
    expect(await desk.ledger('SELECT operation, subjects FROM audit_log')).toEqual([
      { operation: 'restart', subjects: [] },
    ]);
  });

  it('is settled at once when its bot has ended in order, or is known to have', async () => {
    const start = await startOf('ended');
    await dieBeforeChange(start);
    await Start.ended(desk.databases.ledger, start, desk.now);
    expect(await reconcile(ports())).toHaveLength(1);
  });

  it('is settled by one of several replicas, once', async () => {
    await dieAfterChange(await startOf('gone'));
    later(3);
    const settled = await Promise.all(Array.from({ length: 5 }, () => reconcile(ports())));
    expect(settled.flat()).toHaveLength(1);
    expect(await desk.ledger("SELECT outcome FROM audit_log WHERE message LIKE '%interrupted%'")).toHaveLength(1);
  });
});

describe('a run is left alone', () => {
  it('while its bot says that it is there', async () => {
    const start = await startOf('alive');
    await dieAfterChange(start);
    later(3);
    await Start.seen(desk.databases.ledger, start, desk.now);
    expect(await reconcile(ports())).toEqual([]);
    expect(await states()).toMatchObject([{ state: 'running' }]);
  });

  it('in the terminal for a quarter of an hour', async () => {
    await dieAfterChange(null);
    later(14);
    expect(await reconcile(ports())).toEqual([]);
    later(2);
    expect(await reconcile(ports())).toHaveLength(1);
  });
});

it('a terminal killed while its change waits for a lock leaves nothing changed, and the record says so', async () => {
  const holder = await desk.databases.platform.transaction();
  await holder.raw("SELECT 1 FROM public.organizations WHERE code = 'LHR' FOR UPDATE");
  const child = spawn(process.execPath, [`${PROJECT_ROOT}/src/cli.ts`, 'grant', 'LHR', 'work'], {
    env: { PATH: process.env.PATH, CAPOPS_FOLDER: tmpdir(), DATABASE_URL: desk.platformUrl },
    stdio: 'ignore',
  });
  await expect.poll(() => states(), { timeout: 8000 }).toMatchObject([{ state: 'running' }]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await holder.rollback();
  desk.now = new Date(Date.now() + 20 * 60_000);
  expect((await reconcile(ports())).map(({ sentence }) => sentence)).toEqual([expect.stringContaining('Ask again.')]);
  expect(await desk.platform('SELECT * FROM entitlement.entitlements')).toEqual([]);
});
