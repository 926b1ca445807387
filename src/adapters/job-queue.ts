import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Job, PgBoss } from 'pg-boss';
import { databaseDown } from '../domain/connection-failure.ts';
import type { JobHandler, JobQueue, Log } from '../ports.ts';
import { bossDatabase } from './job-queue-database.ts';

/** Both are made by the ledger’s migration 0009. */
const SCHEMA = 'capops_jobs';
const QUEUE = 'runs';

const POLL_SECONDS = 2;
const RECONNECT_MS = 2000;
/** pg-boss calls it an hour’s work gone wrong; ours are backups. It takes no more than a day. */
const LONGEST_SECONDS = 86_400;
/** The run itself says when it is too old. */
const KEEP_WAITING_SECONDS = 365 * 86_400;

interface Pace {
  /** A worker that was not heard of for so long is taken for dead; pg-boss takes 10 at least. */
  readonly heartbeatSeconds: number;
  /** How often the workers look for dead ones. */
  readonly superviseSeconds: number;
}

interface RunJob {
  readonly runId: string;
}

/** pg-boss in the ledger. It is loaded on first use: 20 MB that a process without long operations does not need. */
export function openJobQueue(
  ledger: Knex,
  log: Log,
  pace: Pace = { heartbeatSeconds: 30, superviseSeconds: 15 },
): JobQueue {
  const closing = new AbortController();
  const working = new Set<Promise<void>>();
  const wakers = new Set<() => void>();
  const poke = () => {
    for (const wake of wakers) wake();
  };
  return {
    enqueue: async (trx, runId) => {
      const { PgBoss, fromKnex } = await import('pg-boss');
      // One that works in this transaction alone: it asks for no second connection while it holds this one.
      const boss = new PgBoss({ db: fromKnex(trx), schema: SCHEMA, migrate: false });
      await boss.send(QUEUE, { runId } satisfies RunJob, jobOptions(runId, pace));
      trx.executionPromise.then(poke, () => undefined);
    },
    work: (handle, { concurrency, signal }) => {
      const until = AbortSignal.any([signal, closing.signal]);
      const work = workUntil(until, { ledger, log, pace, wakers, handle, concurrency });
      working.add(work);
      return work.finally(() => working.delete(work));
    },
    depth: async () => {
      const [row] = await ledger
        .withSchema(SCHEMA)
        .from('job')
        .where('name', QUEUE)
        .whereIn('state', ['created', 'retry'])
        .count({ waiting: '*' });
      return Number(row?.waiting);
    },
    close: async () => {
      closing.abort(new Error('CapOps is stopping'));
      await Promise.allSettled(working);
    },
  };
}

/** Handed back or dropped by a dead worker, a job is tried again without end: whether it still makes sense, the run says. */
function jobOptions(runId: string, { heartbeatSeconds }: Pace) {
  return {
    singletonKey: runId,
    retryLimit: 1_000_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 30,
    heartbeatSeconds,
    expireInSeconds: LONGEST_SECONDS,
    retentionSeconds: KEEP_WAITING_SECONDS,
    deleteAfterSeconds: 30,
  };
}

interface Work {
  readonly ledger: Knex;
  readonly log: Log;
  readonly pace: Pace;
  readonly wakers: Set<() => void>;
  readonly handle: JobHandler;
  readonly concurrency: number;
}

async function workUntil(signal: AbortSignal, work: Work): Promise<void> {
  const boss = await startBoss(signal, work);
  if (!boss) return;
  const inHand = new Set<string>();
  const options = {
    pollingIntervalSeconds: POLL_SECONDS,
    heartbeatRefreshSeconds: work.pace.heartbeatSeconds / 3,
    perJobResults: true,
  } as const;
  const startWorker = async () => {
    const id = await boss.work<RunJob>(QUEUE, options, async (jobs) => {
      const settled = jobs.map(async (job) => ({ id: job.id, status: await settleJob(job, { work, signal, inHand }) }));
      const results = await Promise.all(settled);
      // More may wait: it looks at once, and rests only when it found nothing.
      boss.notifyWorker(id);
      return results;
    });
    return id;
  };
  const ids = await Promise.all(Array.from({ length: work.concurrency }, startWorker));
  const wake = () => {
    for (const id of ids) boss.notifyWorker(id);
  };
  work.wakers.add(wake);
  await aborted(signal);
  work.wakers.delete(wake);
  await boss.offWork(QUEUE, { wait: true });
  await boss.stop({ graceful: false, close: false });
}

/** `failed` is pg-boss’ word for: again. */
async function settleJob(
  job: Job<RunJob>,
  { work, signal, inHand }: { work: Work; signal: AbortSignal; inHand: Set<string> },
): Promise<'completed' | 'failed'> {
  const { runId } = job.data;
  // In hand: the ledger was away for so long that our own claim on it ran out, and the handler is still at work.
  if (signal.aborted || inHand.has(runId)) return 'failed';
  inHand.add(runId);
  try {
    const verdict = await work.handle(runId, AbortSignal.any([signal, job.signal]));
    return verdict === 'done' ? 'completed' : 'failed';
  } catch (error) {
    work.log.error({ err: error, runId }, 'a run’s job failed and is tried again');
    return 'failed';
  } finally {
    inHand.delete(runId);
  }
}

/** Tries until the ledger answers. Undefined: aborted before it did. Rejects when its tables are not as they should be. */
async function startBoss(signal: AbortSignal, { ledger, log, pace }: Work): Promise<PgBoss | undefined> {
  const { PgBoss } = await import('pg-boss');
  while (!signal.aborted) {
    const boss = new PgBoss({
      db: bossDatabase(ledger),
      schema: SCHEMA,
      migrate: false,
      schedule: false,
      monitorVacuum: false,
      superviseIntervalSeconds: pace.superviseSeconds,
      monitorIntervalSeconds: pace.superviseSeconds,
      maintenanceIntervalSeconds: 60,
      flowIntervalSeconds: 3600,
    });
    boss.on('error', ({ message }) => log.warn({ message }, 'the queue of runs'));
    boss.on('warning', ({ message }) => log.warn({ message }, 'the queue of runs'));
    try {
      await boss.start();
      return boss;
    } catch (error) {
      await boss.stop({ graceful: false, close: false });
      if (!databaseDown(error)) throw error;
      log.warn({ message: (error as Error).message }, 'the queue of runs waits for the ledger');
      await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
