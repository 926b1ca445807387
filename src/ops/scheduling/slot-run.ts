import { setTimeout as sleep } from 'node:timers/promises';
import { OPEN, Run } from '../../models/run.ts';
import type { ScheduleDesk, SlotWork } from './schedule-work.ts';

const LOOK_EVERY_MS = 1_000;

/** The run that was begun for a slot before, whoever has it in hand. A claim on a slot that has one is no new try. */
export async function earlierRun(
  { ports: { databases } }: ScheduleDesk,
  { slot }: SlotWork,
  requestKey: string,
): Promise<Run | undefined> {
  const { ledger } = databases;
  if (slot.runId === null) return slot.attempts > 1 ? Run.byRequestKey(ledger, requestKey) : undefined;
  slot.attempts -= 1;
  await slot.write(ledger, { attempts: slot.attempts });
  return Run.byId(ledger, slot.runId);
}

/** Keeps with the slot which run it waits for: a run that fails loses its request key. */
export async function keepRun(
  { ports: { databases } }: ScheduleDesk,
  { slot }: SlotWork,
  runId: string,
): Promise<void> {
  if (slot.runId === runId) return;
  slot.runId = runId;
  await slot.write(databases.ledger, { runId });
}

/**
 * Waits for the end of a run that is in a worker's hands. Undefined: its end is not waited for here, since it waits for a
 * second person, or this process stops.
 */
export async function endOfRun(
  { ports: { databases } }: ScheduleDesk,
  runId: string,
  stopping: AbortSignal,
): Promise<Run | undefined> {
  for (;;) {
    const run = await Run.byId(databases.ledger, runId);
    if (!run || run.state === 'awaiting') return undefined;
    if (!OPEN.includes(run.state)) return run;
    if (stopping.aborted) return undefined;
    await sleep(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
}
