import { setTimeout as sleep } from 'node:timers/promises';
import { HandedBackError } from '../../ops/service/cancellation.ts';
import { openLostRuns } from '../../ops/upkeep/lost-runs.ts';
import { type Workplace, workRun } from '../../ops/upkeep/work-run.ts';
import type { JobQueue } from '../../ports.ts';

const LOOK_EVERY_MS = 60_000;

export interface Worker {
  /**
   * Takes nothing new. What runs gets the grace to come to its end; then it is handed back where another worker can begin it
   * again. Resolves when nothing runs here any more: what cannot be begun again runs to its end, or to the process's.
   */
  stop(): Promise<void>;
}

/** Between two tries to work a queue that cannot be worked. */
const REST_MS = 5_000;

interface Employment extends Workplace {
  readonly queue: Pick<JobQueue, 'work'>;
  /** How many runs at a time. */
  readonly concurrency: number;
  readonly graceMs: number;
}

/** The face that nobody looks at either: takes long runs from the queue, one after the other. */
export function startWorker({ queue, concurrency, graceMs, ...workplace }: Employment): Worker {
  const { log } = workplace.ports;
  const leaving = new AbortController();
  const handingBack = new AbortController();
  // The queue’s signal is ours; a job that was given to somebody else meanwhile is theirs, and the run itself sees to that.
  const handle = (runId: string) => workRun(workplace, runId, handingBack.signal);
  const work = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      try {
        return await queue.work(handle, { concurrency, signal: leaving.signal });
      } catch (error) {
        log.error({ err: error }, 'the queue of runs cannot be worked; trying again');
        await sleep(REST_MS, undefined, { signal: leaving.signal }).catch(() => undefined);
      }
    }
  };
  const working = work();
  const lookForLost = openLostRuns(workplace.ports);
  const look = () =>
    lookForLost().catch((error: unknown) => {
      log.warn({ err: error }, 'runs without a job could not be looked for; the next minute will');
    });
  const looks = setInterval(look, LOOK_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(looks);
      leaving.abort(new Error('CapOps is stopping'));
      const grace = setTimeout(() => handingBack.abort(new HandedBackError()), graceMs);
      await working.finally(() => clearTimeout(grace));
    },
  };
}
