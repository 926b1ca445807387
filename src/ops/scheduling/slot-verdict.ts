import { isTooLate } from '../../domain/schedule-slots.ts';
import type { Run } from '../../models/run.ts';
import type { Report } from '../service/report.ts';
import { outcomeOf } from '../service/run-outcome.ts';
import type { Outcome } from '../service/service.ts';
import { scheduleActor } from './schedule-entry.ts';
import { failureReport, successReport } from './schedule-report.ts';
import type { ScheduleDesk, SlotWork } from './schedule-work.ts';
import { earlierRun, endOfRun, keepRun } from './slot-run.ts';

const RETRY_SECONDS = [60, 300, 900];
/** How long to wait for somebody else's run of this slot to end, or to be settled where it was interrupted. */
const SETTLE_SECONDS = 60;

/** What a claim came to: the end of the slot, or a later look: at the run that it waits for, or else a later try. */
type Verdict =
  | { readonly state: 'done' | 'failed'; readonly runId: string | null; readonly report: Report }
  | {
      readonly state: 'waiting';
      readonly heldSeconds: number;
      readonly attempts: number;
      readonly runId: string | null;
    };

/**
 * Runs the slot's operation, unless a run that was begun for it before has settled the matter; waits for what a worker does.
 * Once `stopping` aborts, another replica is to wait for that.
 */
export async function verdictOn(desk: ScheduleDesk, work: SlotWork, stopping: AbortSignal): Promise<Verdict> {
  const { ports, service } = desk;
  const { entry, operation, slot } = work;
  const requestKey = `schedule:${entry.name}:${slot.slot.toISOString()}`;
  const now = ports.clock.now();
  const earlier = await earlierRun(desk, work, requestKey);
  if (earlier?.state === 'done') return doneBefore(work, earlier);
  if (earlier && (slot.runId !== null || operation.long))
    return inGoodTime(desk, work, { runId: earlier.id, stopping });
  if (isTooLate(entry, { slot: slot.slot, now })) return failed(work, null, { message: TOO_LATE });
  // Whoever settles interrupted runs says what became of this one, and frees its key where nothing did.
  if (earlier) return waitForOther(work);
  const outcome = await service.execute({ operation, actor: scheduleActor(entry), raw: entry.input, requestKey });
  if (outcome.kind === 'done' && outcome.repeated) return waitForOther(work);
  const isWaiting = outcome.kind === 'queued' || outcome.kind === 'awaiting';
  return isWaiting ? inGoodTime(desk, work, { runId: outcome.runId, stopping }) : judged(work, outcome, now);
}

/** What came of a run that others have in hand. */
async function inGoodTime(
  desk: ScheduleDesk,
  work: SlotWork,
  { runId, stopping }: { runId: string; stopping: AbortSignal },
): Promise<Verdict> {
  const { slot } = work;
  await keepRun(desk, work, runId);
  const run = await endOfRun(desk, runId, stopping);
  if (run) return judged(work, outcomeOf(run), desk.ports.clock.now());
  return { state: 'waiting', heldSeconds: stopping.aborted ? 0 : SETTLE_SECONDS, attempts: slot.attempts, runId };
}

const TOO_LATE =
  'CapOps was interrupted, and by now it is too late to run it again. Its record says how far it had come.';

function doneBefore(work: SlotWork, run: Run): Verdict {
  const report = run.result ?? { tone: 'done' as const, title: run.message ?? `${work.operation.name} is done.` };
  return { state: 'done', runId: run.id, report: successReport(work, report as Report) };
}

/** This was no try: the other one counts. */
function waitForOther({ slot }: SlotWork): Verdict {
  return { state: 'waiting', heldSeconds: SETTLE_SECONDS, attempts: slot.attempts - 1, runId: null };
}

function failed(work: SlotWork, runId: string | null, why: Parameters<typeof failureReport>[1]): Verdict {
  return { state: 'failed', runId, report: failureReport(work, why) };
}

/** Only what failed by no fault of the request is tried again: a refusal would be the same the next time. */
function judged(work: SlotWork, outcome: Outcome, now: Date): Verdict {
  const { runId } = outcome;
  switch (outcome.kind) {
    case 'done':
      return { state: 'done', runId, report: successReport(work, outcome.report) };
    case 'preview':
      return failed(work, runId, { message: 'A person has to look at it first.' });
    case 'refused':
    case 'denied':
      return failed(work, runId, { message: outcome.error.message });
    case 'ended':
      return (outcome.state === 'interrupted' && laterTry(work, now)) || failed(work, runId, outcome);
    case 'awaiting':
    case 'queued':
      return waitForOther(work);
    case 'failed':
      return laterTry(work, now) ?? failed(work, runId, outcome);
  }
}

/** When it is tried again; undefined: often enough, or too late by then. */
function laterTry({ entry, slot }: SlotWork, now: Date): Verdict | undefined {
  const heldSeconds = RETRY_SECONDS[slot.attempts - 1];
  if (heldSeconds === undefined) return undefined;
  const then = new Date(now.getTime() + heldSeconds * 1000);
  if (isTooLate(entry, { slot: slot.slot, now: then })) return undefined;
  return { state: 'waiting', heldSeconds, attempts: slot.attempts, runId: null };
}
