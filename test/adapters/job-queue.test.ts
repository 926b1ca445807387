import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { openJobQueue } from '../../src/adapters/job-queue.ts';
import type { JobHandler, JobQueue } from '../../src/ports.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import { addresses } from './addresses.ts';
import { query } from './shape.ts';

const PACE = { heartbeatSeconds: 10, superviseSeconds: 1 };
const quiet = () => undefined;

let ledgerUrl: string;
let ledger: Knex;
let complaints: { fields: object; message: string }[];
beforeEach(async () => {
  ({ ledgerDatabaseUrl: ledgerUrl } = await addresses({ shape: 'empty', ledger: 'migrated' }));
  ledger = connect(ledgerUrl);
  complaints = [];
});

function connect(url: string): Knex {
  const { databases, close } = openDatabases({ databaseUrl: url, ledgerDatabaseUrl: url });
  onTestFinished(close);
  return databases.ledger;
}

function openQueue(on = ledger): JobQueue {
  const complain = (fields: object, message: string) => void complaints.push({ fields, message });
  const queue = openJobQueue(on, { debug: quiet, info: quiet, warn: complain, error: complain }, PACE);
  onTestFinished(queue.close);
  return queue;
}

/** Works until it is stopped; `took` holds the runs in the order in which they were handed out. */
function startWorker(queue: JobQueue, handle: JobHandler = async () => 'done', concurrency = 4) {
  const stopping = new AbortController();
  const took: string[] = [];
  const noting: JobHandler = (runId, signal) => {
    took.push(runId);
    return handle(runId, signal);
  };
  const ended = queue.work(noting, { concurrency, signal: stopping.signal });
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  onTestFinished(stop);
  return { took, stop };
}

async function enqueue(queue: JobQueue, ...runIds: string[]): Promise<void> {
  for (const runId of runIds) await ledger.transaction((trx) => queue.enqueue(trx, runId));
}

const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

/** A worker in a process of its own; `first` is the run that it took first. */
async function startProcess(environment: Record<string, string>) {
  const script = fileURLToPath(new URL('job-worker.ts', import.meta.url));
  const env = { PATH: process.env.PATH, LEDGER_DATABASE_URL: ledgerUrl, ...environment };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const took: string[] = [];
  child.stdout.on('data', (bytes) => took.push(...String(bytes).trim().split('\n')));
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  return { took, kill };
}

describe('a run’s job', () => {
  test('is added with the caller’s transaction, or not at all', async () => {
    const queue = openQueue();
    const [kept = '', lost = ''] = ids(2);
    await enqueue(queue, kept);
    const undone = ledger.transaction(async (trx) => {
      await queue.enqueue(trx, lost);
      throw new Error('on second thoughts');
    });
    await expect(undone).rejects.toThrow('on second thoughts');
    expect(await queue.depth()).toBe(1);
    const { took } = startWorker(queue);
    await vi.waitFor(() => expect(took).toEqual([kept]), 5000);
  });

  test('holds the run’s id and nothing else', async () => {
    const [runId = ''] = ids(1);
    await enqueue(openQueue(), runId);
    expect(await query(ledgerUrl, 'SELECT data FROM capops_jobs.job')).toEqual([{ data: { runId } }]);
  });

  test('that a worker has which is known to be gone goes to another at once', async () => {
    const [runId = ''] = ids(1);
    const [gone, other] = [openQueue(), openQueue()];
    const frozen = Promise.withResolvers<'done'>();
    const { took: lost } = startWorker(gone, () => frozen.promise, 1);
    onTestFinished(() => frozen.resolve('done'));
    await enqueue(gone, runId);
    await vi.waitFor(() => expect(lost).toEqual([runId]), 5000);
    const { took } = startWorker(other);
    await ledger.transaction((trx) => other.enqueueAnew(trx, runId));
    await vi.waitFor(() => expect(took).toEqual([runId]), 3000);
  });

  test('is there once, however often it is added', async () => {
    const queue = openQueue();
    const [runId = ''] = ids(1);
    await Promise.all(Array.from({ length: 10 }, () => enqueue(queue, runId)));
    expect(await queue.depth()).toBe(1);
  });

  test('starts at once where it was added', async () => {
    const queue = openQueue();
    const { took } = startWorker(queue);
    await enqueue(queue, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(1), 5000);
    await sleep(300); // They have looked, found nothing, and wait for their next time.
    const start = performance.now();
    await enqueue(queue, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(2), { timeout: 5000, interval: 10 });
    expect(performance.now() - start).toBeLessThan(700);
  });

  test('may be added while every connection but the caller’s is taken', async () => {
    const queue = openQueue();
    const together = Promise.withResolvers<void>();
    let arrived = 0;
    const adding = ids(10).map((runId) =>
      ledger.transaction(async (trx) => {
        await trx.raw('SELECT 1');
        if (++arrived === 10) together.resolve();
        await together.promise;
        await queue.enqueue(trx, runId);
      }),
    );
    await Promise.all(adding);
    expect(await queue.depth()).toBe(10);
  });

  test('is gone some time after it is done', { timeout: 150_000 }, async () => {
    const queue = openQueue();
    const { took } = startWorker(queue);
    await enqueue(queue, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(1), 5000);
    await vi.waitFor(
      async () => expect(await query(ledgerUrl, 'SELECT state FROM capops_jobs.job')).toEqual([{ state: 'completed' }]),
      5000,
    );
    await query(ledgerUrl, "UPDATE capops_jobs.job SET completed_on = now() - interval '31 seconds'");
    await query(ledgerUrl, "UPDATE capops_jobs.queue SET maintain_on = now() - interval '61 seconds'");
    await vi.waitFor(async () => expect(await query(ledgerUrl, 'SELECT id FROM capops_jobs.job')).toEqual([]), 10_000);
  });
});

describe('workers', () => {
  test('share 100 jobs, each of which is handed out once', async () => {
    const queue = openQueue();
    const runIds = ids(100);
    await enqueue(queue, ...runIds);
    const handle: JobHandler = async () => sleep(100, 'done');
    const workers = [openQueue(), openQueue(connect(ledgerUrl))].map((each) => startWorker(each, handle));
    const taken = () => workers.flatMap(({ took }) => took);
    await vi.waitFor(() => expect(taken().length).toBeGreaterThanOrEqual(100), 8000);
    await sleep(2500);
    expect(taken().toSorted()).toEqual(runIds.toSorted());
    for (const { took } of workers) expect(took.length).toBeGreaterThan(10);
  });

  test('load pg-boss when the first job is there', async () => {
    const script = `
      import { openDatabases } from './src/adapters/databases.ts';
      import { openJobQueue } from './src/adapters/job-queue.ts';
      import { registerHooks } from 'node:module';
      registerHooks({ load: (url, context, next) => {
        if (url.includes('/pg-boss/dist/index.js')) console.log('loaded');
        return next(url, context);
      } });
      const ledgerDatabaseUrl = process.argv[1];
      const { databases: { ledger } } = openDatabases({ databaseUrl: ledgerDatabaseUrl, ledgerDatabaseUrl });
      const queue = openJobQueue(ledger, console);
      queue.work(async (runId) => { console.log(runId); return 'done'; }, { concurrency: 1, signal: new AbortController().signal });
      await new Promise((resolve) => setTimeout(resolve, 2500));
      console.log('waited');`;
    const args = ['--input-type=module-typescript', '-e', script, ledgerUrl];
    const child = spawn(process.execPath, args, { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines: string[] = [];
    child.stdout.on('data', (bytes) => lines.push(...String(bytes).trim().split('\n')));
    await vi.waitFor(() => expect(lines).toEqual(['waited']), 10_000);
    const [runId = ''] = ids(1);
    await enqueue(openQueue(), runId);
    await vi.waitFor(() => expect(lines).toEqual(['waited', 'loaded', runId]), 10_000);
  });

  test('in processes that start at the same time share the jobs too', async () => {
    const queue = openQueue();
    const runIds = ids(20);
    await enqueue(queue, ...runIds);
    const processes = await Promise.all([startProcess({}), startProcess({})]);
    const taken = () => processes.flatMap(({ took }) => took);
    await vi.waitFor(() => expect(taken().length).toBeGreaterThanOrEqual(20), 25_000);
    expect(taken().toSorted()).toEqual(runIds.toSorted());
  });

  test('work no more at a time than they are told', async () => {
    const queue = openQueue();
    let [now, most] = [0, 0];
    const handle = async () => {
      most = Math.max(most, ++now);
      await sleep(100);
      now--;
      return 'done' as const;
    };
    await enqueue(queue, ...ids(6));
    const { took } = startWorker(queue, handle, 2);
    await vi.waitFor(() => expect(took).toHaveLength(6), 15_000);
    expect(most).toBe(2);
  });
});

describe('a job is handed out again', () => {
  test('when its worker was killed', { timeout: 60_000 }, async () => {
    const queue = openQueue();
    const [runId = ''] = ids(1);
    await enqueue(queue, runId);
    const doomed = await startProcess({ HOLDS: 'yes' });
    await vi.waitFor(() => expect(doomed.took).toEqual([runId]), 10_000);
    await doomed.kill();
    const { took } = startWorker(queue);
    await vi.waitFor(() => expect(took).toEqual([runId]), 30_000);
  });

  test('when its handler says so, and no more once it is done', async () => {
    const queue = openQueue();
    const { took } = startWorker(queue, async () => (took.length < 2 ? 'again' : 'done'));
    await enqueue(queue, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(2), 10_000);
    await sleep(3000);
    expect(took).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  test('when its handler throws, and the failure is logged without entering the ledger', async () => {
    const queue = openQueue();
    const { took } = startWorker(queue, async () => {
      if (took.length < 2) throw new Error('a password: s3cret');
      return 'done';
    });
    await enqueue(queue, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(2), 10_000);
    expect(complaints).toEqual([
      { fields: { err: expect.any(Error), runId: took[0] }, message: 'a run’s job failed and is tried again' },
    ]);
    expect(JSON.stringify(await query(ledgerUrl, 'SELECT * FROM capops_jobs.job'))).not.toContain('s3cret');
  });

  test('to somebody else, when its worker stops in the midst of it', async () => {
    const queue = openQueue();
    const stopped = startWorker(
      queue,
      (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('again'))),
    );
    const [runId = ''] = ids(1);
    await enqueue(queue, runId);
    await vi.waitFor(() => expect(stopped.took).toEqual([runId]), 5000);
    await stopped.stop();
    expect(await queue.depth()).toBe(1);
    const { took } = startWorker(openQueue());
    await vi.waitFor(() => expect(took).toEqual([runId]), 10_000);
  });

  test('to nobody while its handler works on, for longer than a heartbeat', { timeout: 60_000 }, async () => {
    const queue = openQueue();
    const { took } = startWorker(queue, async () => {
      await sleep(14_000);
      return 'done';
    });
    await enqueue(queue, ...ids(1));
    await sleep(16_000);
    expect(took).toHaveLength(1);
    expect(await query(ledgerUrl, 'SELECT state FROM capops_jobs.job')).toEqual([{ state: 'completed' }]);
  });
});

describe('a job whose worker could not be heard of', () => {
  test('is told to it, and waits until the handler there has ended', { timeout: 60_000 }, async () => {
    const queue = openQueue();
    let [now, most] = [0, 0];
    let told: unknown;
    const handle: JobHandler = async (_, signal) => {
      most = Math.max(most, ++now);
      if (took.length === 1) {
        await sleep(8000);
        told = signal.reason?.message;
      }
      now--;
      return 'done';
    };
    const { took } = startWorker(queue, handle);
    await enqueue(queue, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(1), 5000);
    await query(ledgerUrl, "UPDATE capops_jobs.job SET heartbeat_on = now() - interval '11 seconds'");
    await vi.waitFor(() => expect(took).toHaveLength(2), 40_000);
    expect(most).toBe(1);
    expect(told).toContain('no longer active under this worker');
  });
});

describe('a worker that stops', () => {
  test('finishes what it has, and takes nothing more', async () => {
    const queue = openQueue();
    const finishing = Promise.withResolvers<'done'>();
    const { took, stop } = startWorker(queue, () => finishing.promise, 1);
    await enqueue(queue, ...ids(2));
    await vi.waitFor(() => expect(took).toHaveLength(1), 5000);
    const stopped = stop();
    await sleep(200);
    finishing.resolve('done');
    await stopped;
    const states = await query(ledgerUrl, 'SELECT state FROM capops_jobs.job ORDER BY state');
    expect(states).toEqual([{ state: 'created' }, { state: 'completed' }]);
    expect(took).toHaveLength(1);
  });
});

describe('a ledger that', () => {
  test('breaks off and comes back stops no worker', { timeout: 60_000 }, async () => {
    const proxy = await tcpProxy(Number(new URL(ledgerUrl).port));
    onTestFinished(proxy.close);
    const queue = openQueue(connect(proxy.through(ledgerUrl)));
    const { took } = startWorker(queue);
    const direct = openQueue();
    await enqueue(direct, ...ids(1));
    await vi.waitFor(() => expect(took).toHaveLength(1), 10_000);
    await proxy.refuse();
    await enqueue(direct, ...ids(1));
    await sleep(4000);
    expect(took).toHaveLength(1);
    expect(complaints.length).toBeGreaterThan(0);
    await proxy.pass();
    await vi.waitFor(() => expect(took).toHaveLength(2), 10_000);
  });

  test('is down at the start is waited for', { timeout: 60_000 }, async () => {
    const proxy = await tcpProxy(Number(new URL(ledgerUrl).port));
    onTestFinished(proxy.close);
    await proxy.refuse();
    const { took } = startWorker(openQueue(connect(proxy.through(ledgerUrl))));
    await enqueue(openQueue(), ...ids(1));
    await sleep(3000);
    await proxy.pass();
    await vi.waitFor(() => expect(took).toHaveLength(1), 10_000);
  });

  test('was not migrated is said at once', async () => {
    await query(ledgerUrl, 'DROP SCHEMA capops_jobs CASCADE');
    const work = openQueue().work(async () => 'done', { concurrency: 1, signal: new AbortController().signal });
    await expect(work).rejects.toThrow('capops_jobs.job');
  });
});

test('a connection is whole again after pg-boss’ own transaction failed on it', async () => {
  const { bossDatabase } = await import('../../src/adapters/job-queue-database.ts');
  const boss = bossDatabase(ledger);
  await expect(boss.executeSql('BEGIN; SELECT 1/0; COMMIT;')).rejects.toThrow('division by zero');
  expect(await boss.executeSql('SELECT $1::int AS one; ', [1])).toEqual({ rows: [{ one: 1 }] });
});
