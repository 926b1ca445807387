import { AuditEntry } from '../models/audit-entry.ts';
import { leftTrace } from '../models/platform-trace.ts';
import { Run } from '../models/run.ts';
import type { Ports } from '../ports.ts';
import { settledRecord } from './run-rows.ts';

/** A run whose process is gone, and what became of it. */
export interface SettledRun {
  readonly run: Run;
  /** A sentence for whoever asked. */
  readonly sentence: string;
}

const MINUTE_MS = 60_000;
/** A bot says every 30 s that it is there; one that was silent for so long is gone. */
const BOT_SILENT_MS = 2 * MINUTE_MS;
/** The terminal says nothing; no run of its takes so long. */
const TERMINAL_MS = 15 * MINUTE_MS;

/**
 * Settles runs that were begun and whose process died before it could write the outcome: the platform knows whether the
 * change was made. Safe on any number of replicas at once; each run is settled by one of them. Returns those settled here.
 */
export async function reconcile({ databases, clock }: Ports): Promise<SettledRun[]> {
  const now = clock.now();
  const silentSince = new Date(now.getTime() - BOT_SILENT_MS);
  const begunBefore = new Date(now.getTime() - TERMINAL_MS);
  const settled: SettledRun[] = [];
  for (const run of await Run.abandoned(databases.ledger, { silentSince, begunBefore })) {
    const isDone = await leftTrace(databases.platform, run);
    const sentence = isDone
      ? 'CapOps was interrupted, but the change had been made before: it stands.'
      : 'CapOps was interrupted before anything was changed. Ask again.';
    const outcome = { state: isDone ? 'done' : 'interrupted', message: sentence } as const;
    const isOurs = await databases.ledger.transaction(async (trx) => {
      if (!(await Run.settle(trx, run.id, { ...outcome, finishedAt: now, ...(isDone ? {} : { requestKey: null }) })))
        return false;
      await AuditEntry.append(trx, [settledRecord(run, outcome, now)]);
      return true;
    });
    if (isOurs) settled.push({ run, sentence: `${sentence} (${run.operation}, run ${run.id.slice(0, 8)})` });
  }
  return settled;
}
