import type { ScheduleSlot } from '../../models/schedule-slot.ts';
import type { ScheduleEntry } from '../../ports.ts';
import type { ScheduleDesk, SlotWork } from './schedule-work.ts';
import { verdictOn } from './slot-verdict.ts';
import { tellChannel } from './tell-channel.ts';

const HEARTBEAT_MS = 30_000;

/** Runs a claimed slot, writes what came of it, and tells the entry's channel. Rejects when the ledger does not answer. */
export async function runSlot(
  desk: ScheduleDesk,
  { entry, slot }: { entry: ScheduleEntry; slot: ScheduleSlot },
  stopping: AbortSignal,
): Promise<void> {
  const operation = desk.service.find(entry.operation);
  if (!operation) throw new Error(`the schedule’s ${entry.name} names an operation that there is not`);
  const work = { entry, operation, slot };
  const heartbeat = setInterval(() => {
    slot.hold(desk.ports.databases.ledger).catch((error: unknown) => {
      desk.ports.log.warn({ err: error, entry: entry.name }, 'a scheduled run could not say that it goes on');
    });
  }, HEARTBEAT_MS);
  try {
    if (slot.state !== 'running' || (await cameToItsEnd(desk, work, stopping))) await tellChannel(desk, work);
  } finally {
    clearInterval(heartbeat);
  }
}

/** True when the slot has come to its end here, with a report to tell. */
async function cameToItsEnd(desk: ScheduleDesk, work: SlotWork, stopping: AbortSignal): Promise<boolean> {
  const { slot } = work;
  const { databases, clock, meter } = desk.ports;
  const { ledger } = databases;
  // A further try comes late on purpose.
  if (slot.attempts === 1) meter?.late((clock.now().getTime() - slot.slot.getTime()) / 1000);
  const verdict = await verdictOn(desk, work, stopping);
  if (verdict.state === 'waiting') {
    const { attempts, runId, heldSeconds } = verdict;
    await slot.write(ledger, { state: 'waiting', attempts, runId }, heldSeconds);
    return false;
  }
  const { state, runId, report } = verdict;
  slot.report = JSON.parse(JSON.stringify({ ...report, attachments: undefined }));
  return slot.write(ledger, { state, runId, report: slot.report });
}
