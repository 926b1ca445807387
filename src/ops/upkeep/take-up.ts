import { adopt, orphanedRuns } from '../../models/orphaned-run.ts';
import { leftTrace } from '../../models/platform-trace.ts';
import { Run } from '../../models/run.ts';
import { RunSoFar } from '../../models/run-so-far.ts';
import { CancelledError } from '../service/cancellation.ts';
import type { Correspondent } from '../service/correspondent.ts';
import type { execute } from '../service/execute.ts';
import { resume, storedRequest } from '../service/resume.ts';
import { outcomeOf } from '../service/run-outcome.ts';
import { goneStarts } from './gone-starts.ts';
import { lastNoted, STANDS, settleRun, traceOf, UNDONE, verdictWithoutTrace } from './reconcile.ts';

type Desk = Parameters<typeof execute>[0];

interface TakingUp {
  readonly startId: string;
  readonly correspondent: Correspondent | undefined;
}

/** Nobody expects to be served who asked longer ago than this; by now they may have done it otherwise. */
const STILL_WANTED_MS = 15 * 60_000;

/** Whoever cannot be told within a day will not be. */
const TOLD_WITHIN_MS = 86_400_000;

/**
 * Goes on with requests whose process is gone: those that had not begun are run, those that had are looked up on the
 * platform, those that are over are answered. Each is taken up by one replica.
 */
export async function takeUp(desk: Desk, taking: TakingUp): Promise<void> {
  const { ports } = desk;
  const { ledger } = ports.databases;
  const finishedAfter = new Date(ports.clock.now().getTime() - TOLD_WITHIN_MS);
  for (const run of await orphanedRuns(ledger, { gone: await goneStarts(ports), finishedAfter })) {
    if (!(await adopt(ledger, run, taking.startId))) continue;
    const own = Object.assign(run.$clone(), { startId: taking.startId });
    try {
      await goOn(desk, own, taking);
    } catch (error) {
      ports.log.warn(
        { err: error, runId: run.id },
        'a run of a process that is gone could not be taken up; trying again',
      );
      await adopt(ledger, own, run.startId);
      await Run.leaveUnanswered(ledger, run.id);
    }
  }
}

async function goOn(desk: Desk, run: Run, taking: TakingUp): Promise<void> {
  if (run.finishedAt !== null && run.state !== 'previewed') return tell(desk, run, taking.correspondent);
  const verdict = await verdictOn(desk, run);
  if (verdict === 'again') {
    if (await resume(desk, run, taking)) return;
  }
  if (verdict === 'queue') return requeue(desk, run);
  const soFar = await RunSoFar.wordsOf(desk.ports.databases.ledger, run.id);
  await settleRun(desk.ports, run, endOf(run, verdict, soFar));
  const settled = await Run.byId(desk.ports.databases.ledger, run.id);
  if (settled) await tell(desk, settled, taking.correspondent);
}

type Fate = 'again' | 'queue' | 'done' | 'undone' | 'cancelled';

function endOf(
  { cancelAskedBy, operation, state }: Run,
  fate: Fate,
  soFar: string | undefined,
): Parameters<typeof settleRun>[2] {
  if (fate === 'cancelled') {
    const { message } = new CancelledError(cancelAskedBy ?? '', soFar && lastNoted(soFar));
    return { state: 'cancelled', message };
  }
  if (fate === 'done') return STANDS;
  return state === 'running' ? verdictWithoutTrace(operation, soFar) : UNDONE;
}

/** What is to become of a run that was cut off. */
async function verdictOn({ ports, service }: Desk, run: Run): Promise<Fate> {
  const operation = service.operations.find(({ name }) => name === run.operation);
  const isStillWanted = ports.clock.now().getTime() - run.startedAt.getTime() < STILL_WANTED_MS;
  if (run.state === 'running') {
    const { databases } = ports;
    // What is not begun anew does not wait for the platform either: it may be the restore that was to bring that back.
    if (!operation?.restartable) return (await traceOf(databases, run)) ? 'done' : 'undone';
    if (await leftTrace(databases.platform, run)) return 'done';
    if (run.cancelAskedBy !== null) return 'cancelled';
    // What waits for a worker may have waited long before.
    if (operation.long && ports.jobs) return 'queue';
  }
  return isStillWanted ? 'again' : 'undone';
}

/** Its worker is gone: nobody waits until the queue has noticed that. */
async function requeue({ ports: { databases, jobs } }: Desk, run: Run): Promise<void> {
  await databases.ledger.transaction(async (trx) => {
    const { id, startId } = run;
    if (!(await Run.advance(trx, { id, from: 'running', startId }, { state: 'queued', startId: null }))) return;
    const soFar = await RunSoFar.wordsOf(trx, id);
    if (soFar !== undefined) await RunSoFar.note(trx, id, { words: lastNoted(soFar) });
    await jobs?.enqueueAnew(trx, id);
  });
}

/** Tells whoever asked how a run ended, unless they know. */
export async function tellEnd(desk: Desk, runId: string, correspondent: Correspondent | undefined): Promise<void> {
  try {
    const run = await Run.byId(desk.ports.databases.ledger, runId);
    if (run?.request && run.finishedAt !== null) await tell(desk, run, correspondent);
  } catch (error) {
    desk.ports.log.warn({ err: error, runId }, 'whoever asked for a run could not be told how it ended');
  }
}

async function tell({ service, recorder }: Desk, run: Run, correspondent: Correspondent | undefined): Promise<void> {
  const request = storedRequest(service, run);
  const correspondence = request && (await correspondent?.about(run, request));
  if (correspondence) await correspondence.answer(outcomeOf(run));
  // In the terminal nobody can be told; a bot finds it unanswered.
  if (correspondent) recorder.answered(run.id);
}
