import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Job, PgBoss } from 'pg-boss';
import { databaseDown } from '../domain/connection-failure.ts';
import type { JobHandler, Log } from '../ports.ts';
import { bossDatabase, countJobs, QUEUE, SCHEMA } from './job-queue-database.ts';

const POLL_SECONDS = 2;
/** A ledger that is down for hours is said this often. */
const COMPLAIN_MS = 30_000;

export interface Pace {
  /** A worker that was not heard of for so long is taken for dead; pg-boss takes 10 at least. */
  readonly heartbeatSeconds: number;
  /** How often the workers look for dead ones. */
  readonly superviseSeconds: number;
}

export interface RunJob {
  readonly runId: string;
}

interface Work {
  readonly ledger: Knex;
  readonly log: Log;
  readonly pace: Pace;
  /** Called when a job was added in this process. */
  readonly wakers: Set<() => void>;
  readonly handle: JobHandler;
  readonly concurrency: number;
}

export async function workUntil(signal: AbortSignal, work: Work): Promise<void> {
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

/**
 * Waits for a ledger that answers and the first job in it. Undefined: aborted before that. Rejects when its tables are
 * not as they should be.
 */
async function startBoss(signal: AbortSignal, work: Work): Promise<PgBoss | undefined> {
  const complain = complainer(work.log);
  while (!signal.aborted) {
    try {
      // One in hand counts too: its worker may be dead.
      const live = await countJobs(work.ledger, ['created', 'retry', 'active']);
      if (live > 0) return await loadBoss(work, complain);
    } catch (error) {
      if (!databaseDown(error)) throw error;
      complain(error as Error);
    }
    await rest(signal, work.wakers);
  }
  return undefined;
}

async function loadBoss({ ledger, pace }: Work, complain: (complaint: { message: string }) => void): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss');
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
  boss.on('error', complain);
  boss.on('warning', complain);
  await boss.start().catch(async (error: unknown) => {
    await boss.stop({ graceful: false, close: false });
    throw error;
  });
  return boss;
}

/** Each worker and timer of pg-boss complains of the same outage; one line now and then says it. */
function complainer(log: Log): (complaint: { message: string }) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    const isDue = performance.now() - saidAt > COMPLAIN_MS;
    if (isDue) saidAt = performance.now();
    log[isDue ? 'warn' : 'debug']({ message }, 'the queue of runs');
  };
}

/** Until the next look at the ledger, or a job is added here. */
async function rest(signal: AbortSignal, wakers: Set<() => void>): Promise<void> {
  const woken = new AbortController();
  const wake = () => woken.abort();
  wakers.add(wake);
  await sleep(POLL_SECONDS * 1000, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(
    () => undefined,
  );
  wakers.delete(wake);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
