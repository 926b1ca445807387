import { AuditEntry } from '../../models/audit-entry.ts';
import { abandonedRuns } from '../../models/orphaned-run.ts';
import { LEAVES_TRACE, leftTrace } from '../../models/platform-trace.ts';
import { Run } from '../../models/run.ts';
import { RunSoFar } from '../../models/run-so-far.ts';
import type { Ports } from '../../ports.ts';
import { settledRecord } from '../service/run-rows.ts';
import { goneStarts } from './gone-starts.ts';

/** A run whose process is gone, and what became of it. */
export interface SettledRun {
  readonly run: Run;
  /** A sentence for whoever asked. */
  readonly sentence: string;
}

interface Verdict {
  readonly state: 'done' | 'interrupted';
  readonly message: string;
}

export const STANDS: Verdict = {
  state: 'done',
  message: 'CapOps was interrupted, but the change had been made before: it stands.',
};

export const UNDONE: Verdict = {
  state: 'interrupted',
  message: 'CapOps was interrupted before anything was changed. Ask again.',
};

const UNKNOWN: Verdict = {
  state: 'interrupted',
  message: 'CapOps was interrupted, and what became of this is not known. Look before you ask again.',
};

/** The platform says only of its own changes whether they were made; of others, what the run noted itself. */
export function verdictWithoutTrace(operation: string, soFar: string | undefined): Verdict {
  if (soFar !== undefined) return { state: 'interrupted', message: lastNoted(soFar) };
  return LEAVES_TRACE.has(operation) ? UNDONE : UNKNOWN;
}

/** What a process that died has noted of a run; it may have done more. */
export function lastNoted(soFar: string): string {
  return soFar.startsWith(NOTED) ? soFar : `${NOTED} ${soFar}`;
}

const NOTED = 'CapOps was interrupted; the last that it noted:';

/** The terminal says nothing; no run of its takes so long. */
const TERMINAL_MS = 15 * 60_000;

/**
 * Settles runs that were begun, that nobody can go on with, and whose process died before it could write the outcome: the
 * platform knows whether the change was made. Safe on any number of replicas at once; each run is settled by one of them.
 * Returns those settled here.
 */
export async function reconcile(ports: Ports): Promise<SettledRun[]> {
  const { databases, clock } = ports;
  const begunBefore = new Date(clock.now().getTime() - TERMINAL_MS);
  const settled: SettledRun[] = [];
  const faults: unknown[] = [];
  for (const run of await abandonedRuns(databases.ledger, { gone: await goneStarts(ports), begunBefore })) {
    const soFar = await RunSoFar.wordsOf(databases.ledger, run.id);
    const trace = await traceOf(databases, run).catch((error: unknown) => void faults.push(error));
    if (trace === undefined) continue;
    const verdict = trace ? STANDS : verdictWithoutTrace(run.operation, soFar);
    const sentence = `${verdict.message} (${run.operation}, run ${run.id.slice(0, 8)})`;
    if (await settleRun(ports, run, verdict)) settled.push({ run, sentence });
  }
  // A platform that cannot be asked about one run holds up no other, such as the restore that was to mend it.
  if (settled.length === 0 && faults.length > 0) throw faults[0];
  return settled;
}

/** Whether the platform shows what the run changed. Rejects where it cannot be asked, of what leaves a trace there. */
export async function traceOf({ platform }: Ports['databases'], run: Run): Promise<boolean> {
  return leftTrace(platform, run).catch((error: unknown) => {
    if (LEAVES_TRACE.has(run.operation)) throw error;
    return false;
  });
}

/** Writes what became of a run whose process is gone. False: somebody else has. */
export async function settleRun(
  { databases: { ledger }, clock }: Ports,
  run: Run,
  verdict: Pick<Run, 'state'> & { message: string },
): Promise<boolean> {
  const finishedAt = clock.now();
  return ledger.transaction(async (trx) => {
    // What stood as the result was shown to a second person before, and says nothing of how it ended.
    const row = verdict.state === 'done' ? { result: null } : { requestKey: null };
    if (!(await Run.settle(trx, run.id, { ...verdict, finishedAt, ...row }))) return false;
    await AuditEntry.append(trx, [settledRecord(run, verdict, finishedAt)]);
    return true;
  });
}
