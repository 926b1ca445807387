import type { Knex } from 'knex';
import type { JobQueue, Log } from '../ports.ts';
import { countJobs, dropJob, QUEUE, SCHEMA } from './job-queue-database.ts';
import { type Pace, type RunJob, workUntil } from './job-workers.ts';

/** The longest that pg-boss lets a job take. */
const LONGEST_SECONDS = 86_400;
/** Whether a run that waits has become too old, the run says. */
const KEEP_WAITING_SECONDS = 365 * 86_400;

/** pg-boss in the ledger. It is loaded when the first job is there: 20 MB that most processes never need. */
export function openJobQueue(
  ledger: Knex,
  log: Log,
  pace: Pace = { heartbeatSeconds: 30, superviseSeconds: 15 },
): JobQueue {
  const closing = new AbortController();
  const working = new Set<Promise<void>>();
  const wakers = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of wakers) wake();
  };
  const enqueue: JobQueue['enqueue'] = async (trx, runId) => {
    const { PgBoss, fromKnex } = await import('pg-boss');
    // One that works in this transaction alone: it asks for no second connection while it holds this one.
    const boss = new PgBoss({ db: fromKnex(trx), schema: SCHEMA, migrate: false });
    await boss.send(QUEUE, { runId } satisfies RunJob, jobOptions(runId, pace));
    trx.executionPromise.then(wakeAll, () => undefined);
  };
  return {
    enqueue,
    enqueueAnew: async (trx, runId) => {
      await dropJob(trx, runId);
      await enqueue(trx, runId);
    },
    work: (handle, { concurrency, signal }) => {
      const until = AbortSignal.any([signal, closing.signal]);
      const work = workUntil(until, { ledger, log, pace, wakers, handle, concurrency });
      working.add(work);
      return work.finally(() => working.delete(work));
    },
    depth: () => countJobs(ledger, ['created', 'retry']),
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
