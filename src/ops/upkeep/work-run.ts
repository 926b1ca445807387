import { Run } from '../../models/run.ts';
import { RunSoFar } from '../../models/run-so-far.ts';
import type { JobVerdict, Ports } from '../../ports.ts';
import { CancelledError } from '../service/cancellation.ts';
import type { OpsService } from '../service/service.ts';
import { goneStarts } from './gone-starts.ts';
import { settleRun } from './reconcile.ts';

/** Whoever ended a run that waited tells its asker; after this long, somebody else does. */
const TELLING_MS = 5_000;

/** What a worker works with. */
export interface Workplace {
  readonly ports: Ports;
  readonly service: OpsService;
}

/**
 * Works the job of one run: goes on with it where it waits for its turn. `handBack` aborts when the process has to end: what
 * can be taken up again by another worker is given back then. Rejects when the ledger does not answer.
 */
export async function workRun(workplace: Workplace, runId: string, handBack: AbortSignal): Promise<JobVerdict> {
  const { ports, service } = workplace;
  const run = await Run.byId(ports.databases.ledger, runId);
  if (!run) return 'done';
  if (run.state === 'running') return watchOver(workplace, run, handBack);
  if (run.state !== 'queued') return seeAnswered(workplace, run);
  if (handBack.aborted) return 'again';
  if (run.cancelAskedBy !== null) return cancel(workplace, run);
  const isRestartable = service.find(run.operation)?.restartable === true;
  await service.resume(runId, isRestartable ? handBack : undefined);
  const now = await Run.byId(ports.databases.ledger, runId);
  return now?.state === 'queued' || now?.state === 'running' ? 'again' : 'done';
}

/** Somebody has it in hand, who may be gone: then it is taken up, and may wait for its turn anew. */
async function watchOver(workplace: Workplace, run: Run, handBack: AbortSignal): Promise<JobVerdict> {
  const { ports, service } = workplace;
  const gone = await goneStarts(ports);
  if (run.startId === null || !gone.includes(run.startId)) return 'again';
  await service.takeUp();
  const now = await Run.byId(ports.databases.ledger, run.id);
  if (now?.state === 'running') return 'again';
  return workRun(workplace, run.id, handBack);
}

/** It was to be cancelled when its worker had to give it back. */
async function cancel({ ports, service }: Workplace, run: Run): Promise<JobVerdict> {
  const soFar = await RunSoFar.wordsOf(ports.databases.ledger, run.id);
  const { message } = new CancelledError(run.cancelAskedBy ?? '', soFar);
  await settleRun(ports, run, { state: 'cancelled', message });
  await service.tellEnd(run.id);
  return 'done';
}

/** One that was ended while it waited, perhaps by somebody at a terminal, from where nobody can be told. */
async function seeAnswered({ ports, service }: Workplace, run: Run): Promise<JobVerdict> {
  if (run.request === null || run.finishedAt === null) return 'done';
  if (ports.clock.now().getTime() - run.finishedAt.getTime() < TELLING_MS) return 'again';
  await service.tellEnd(run.id);
  return 'done';
}
