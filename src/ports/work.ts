import type { Knex } from 'knex';

/** Processes beside this one, as far as they can be seen. */
export interface Processes {
  /** Where process ids mean the same as here; undefined: not known. */
  readonly machine: string | undefined;
  readonly pid: number;
  isAlive(pid: number): boolean;
}

/** What became of a job that was handed out: the run needs no more work, or somebody is to take it up again. */
export type JobVerdict = 'done' | 'again';

/** Works one job. `signal` aborts when the worker stops, or when the job was given to somebody else meanwhile. */
export type JobHandler = (runId: string, signal: AbortSignal) => Promise<JobVerdict>;

/**
 * Runs that wait for a worker, in the ledger. A job carries the run's id and nothing else: the truth about a run is in
 * `runs`. A job is handed out at least once: whoever handles it claims the run first.
 */
export interface JobQueue {
  /** Adds a run's job in the caller's transaction on the ledger: both or neither. A run that has one already keeps it. */
  enqueue(trx: Knex.Transaction, runId: string): Promise<void>;
  /** The same for a run whose worker is known to be gone: the job that it had is dropped, so that nobody waits for it. */
  enqueueAnew(trx: Knex.Transaction, runId: string): Promise<void>;
  /**
   * Works jobs, at most `concurrency` at a time, until `signal` aborts; resolves when what was taken is done or given
   * back. Waits for a ledger that is down. `again` hands the job back: somebody gets it in 1 to 4 s, in up to 30 s when
   * it was handed back often. So does a handler that throws, which is logged. A job whose worker died, or could not
   * reach the ledger for 30 s, is handed out anew within a minute.
   */
  work(handle: JobHandler, options: { readonly concurrency: number; readonly signal: AbortSignal }): Promise<void>;
  /** Jobs that wait. Rejects when the ledger does not answer. */
  depth(): Promise<number>;
  /** Ends all work here as if each signal had aborted. */
  close(): Promise<void>;
}
