import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { UnavailableError, UserError } from '../../src/errors.ts';
import { Lease } from '../../src/models/lease.ts';
import { type Claim, type HeldLease, LeaseLostError, LeaseTakenError, withLease } from '../../src/ops/service/lease.ts';
import type { Ports } from '../../src/ports.ts';
import { addressOf } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { type Desk, openDesk } from './desk.ts';

const PACE = { heldMs: 2000, renewMs: 400 };
const CLAIM: Claim = {
  resource: 'database airport',
  runId: '1a2b3c4d-0000-4000-8000-000000000000',
  holder: 'Ada (slack:U0ADA)',
  work: 'backup-database',
};

let desk: Desk;
let proxy: TcpProxy;
let ports: Pick<Ports, 'databases' | 'log' | 'settings'>;
let complaints: string[];
beforeEach(async () => {
  proxy = await tcpProxy(Number(new URL(addressOf('postgres')).port));
  desk = await openDesk({ through: (url, database) => (database === 'ledger' ? proxy.through(url) : url) });
  complaints = [];
  const quiet = () => undefined;
  const warn = (_: object, message: string) => void complaints.push(message);
  ports = {
    databases: desk.databases,
    log: { debug: quiet, info: quiet, warn, error: warn },
    settings: { environment: 'test', timeZone: 'UTC', policy: undefined },
  };
});
afterEach(async () => {
  vi.useRealTimers();
  await desk.close();
  await proxy.close();
});

/** Takes the lease and keeps it until it is told to end. */
async function hold(claim = CLAIM) {
  const ending = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<HeldLease>();
  const work = async (lease: HeldLease) => {
    taken.resolve(lease);
    await ending.promise;
  };
  const ended = withLease(ports, claim, work, PACE);
  ended.catch(taken.reject);
  const end = async () => {
    ending.resolve();
    await ended;
  };
  return { lease: await taken.promise, end };
}

async function tokenOfNext(): Promise<string> {
  return withLease(ports, CLAIM, async ({ token }) => token, PACE);
}

async function refusal(claim = CLAIM): Promise<unknown> {
  return withLease(ports, claim, async () => 'taken', PACE).catch((error: unknown) => error);
}

describe('a lease', () => {
  test('goes to exactly one of fifty who ask at once', async () => {
    const held = Promise.withResolvers<void>();
    let begun = 0;
    const work = async () => {
      begun++;
      await held.promise;
    };
    const asking = Array.from({ length: 50 }, () => withLease(ports, CLAIM, work, PACE));
    const refused = await Promise.allSettled(asking.map((one) => Promise.race([one, sleep(1500, 'at work')])));
    held.resolve();
    await Promise.allSettled(asking);
    expect(begun).toBe(1);
    expect(refused.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of refused) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(LeaseTakenError);
  });

  test('tells the second who has it, for what and since when, and what to do', async () => {
    const { end } = await hold();
    await desk.ledger("UPDATE leases SET acquired_at = '2026-11-22T12:05:09Z'");
    const error = await refusal({ ...CLAIM, holder: 'Omar', work: 'db:migrate' });
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message:
        'Somebody is at work on database airport: Ada (slack:U0ADA) with backup-database, since 22 Nov 2026, 12:05 UTC. ' +
        'Nothing was changed. Ask again when that has ended; should its process be gone, the way is free within a minute. ' +
        '“run 1a2b3c4d” says how far it is.',
      offers: [{ label: 'Show that run', operation: 'show-run', input: { run: '1a2b3c4d' } }],
      runId: CLAIM.runId,
    });
    await end();
  });

  test('of one resource leaves the others free', async () => {
    const { end } = await hold();
    const other = await hold({ ...CLAIM, resource: 'database harbour' });
    expect(other.lease.token).toBe('1');
    await Promise.all([end(), other.end()]);
  });

  test('ends with its work, also when that fails, and its token grows each time', async () => {
    const failing = async () => {
      throw new Error('the disk is full');
    };
    expect(await tokenOfNext()).toBe('1');
    await expect(withLease(ports, CLAIM, failing, PACE)).rejects.toThrow('the disk is full');
    expect(await tokenOfNext()).toBe('3');
    await desk.ledger('UPDATE leases SET token = 9007199254740993');
    expect(await tokenOfNext()).toBe('9007199254740994');
  });

  test('is renewed for as long as the work takes', async () => {
    const { lease, end } = await hold();
    await sleep(PACE.heldMs + 500);
    expect(await refusal()).toBeInstanceOf(LeaseTakenError);
    expect(lease.signal.aborted).toBe(false);
    await end();
  });

  test('is held for a minute', async () => {
    const left = 'SELECT extract(epoch FROM held_until - now())::int AS seconds FROM leases';
    const [row] = await withLease(ports, CLAIM, () => desk.ledger(left));
    expect([59, 60]).toContain(row?.seconds);
  });

  test('whose holder does not renew it runs out', async () => {
    const { ledger } = desk.databases;
    const first = await Lease.take(ledger, { ...CLAIM, runId: null }, 1);
    expect(await Lease.take(ledger, { ...CLAIM, runId: null }, 1)).toBeUndefined();
    await sleep(1100);
    const second = await Lease.take(ledger, { ...CLAIM, runId: null }, 1);
    expect([first?.token, second?.token]).toEqual(['1', '2']);
    expect(await first?.hold(ledger, 1)).toBe(false);
    await first?.release(ledger);
    expect((await Lease.current(ledger, CLAIM.resource))?.token).toBe('2');
  });

  test('of a process that was killed goes to the next', async () => {
    const script = fileURLToPath(new URL('lease-holder.ts', import.meta.url));
    const { heldMs, renewMs } = PACE;
    const env = { LEDGER_DATABASE_URL: desk.ledgerUrl, HELD_MS: String(heldMs), RENEW_MS: String(renewMs) };
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await sleep(heldMs);
    expect(await refusal()).toMatchObject({ message: expect.stringContaining('Vera with restore-database') });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await refusal()).toBeInstanceOf(LeaseTakenError);
    await sleep(heldMs);
    expect(await tokenOfNext()).toBe('2');
  });

  test('does not care for the process’s clock', async () => {
    const { lease, end } = await hold();
    for (const time of ['2036-01-01', '2006-01-01']) {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
      await sleep(PACE.renewMs * 2);
      expect(await refusal()).toBeInstanceOf(LeaseTakenError);
    }
    expect(lease.signal.aborted).toBe(false);
    await end();
    expect(await tokenOfNext()).toBe('2');
  });
});

describe('a lease is lost, and the work told to stop,', () => {
  test('when somebody else has taken it', async () => {
    const { lease, end } = await hold();
    await desk.ledger('UPDATE leases SET token = token + 1');
    await vi.waitFor(() => expect(lease.signal.aborted).toBe(true), 2000);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(lease.signal.reason.message).toBe('The hold on database airport was lost: somebody else has taken it over.');
    await end();
    const [row] = await desk.ledger('SELECT held_until > now() AS held FROM leases');
    expect(row).toEqual({ held: true });
  });

  test('when the ledger was away for as long as it holds, and not before', async () => {
    const { lease, end } = await hold();
    await proxy.refuse();
    await sleep(PACE.heldMs - PACE.renewMs - 300);
    expect(lease.signal.aborted).toBe(false);
    await vi.waitFor(() => expect(lease.signal.aborted).toBe(true), 1500);
    expect(lease.signal.reason.message).toBe(
      'The hold on database airport was lost: the ledger could not be reached for too long.',
    );
    await end();
    expect(complaints).toContain('a lease could not be renewed');
    expect(complaints).toContain('a lease could not be released and runs out by itself');
    await proxy.pass();
  });

  test('but not when the ledger was away for a moment', async () => {
    const { lease, end } = await hold();
    await proxy.refuse();
    await sleep(PACE.renewMs * 2);
    await proxy.pass();
    await sleep(PACE.heldMs);
    expect(lease.signal.aborted).toBe(false);
    await end();
  });
});

test('without the ledger nothing is begun', async () => {
  await proxy.refuse();
  expect(await refusal()).toBeInstanceOf(UnavailableError);
  await proxy.pass();
});
