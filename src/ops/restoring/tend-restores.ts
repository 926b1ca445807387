import { showTime } from '../../domain/end-date.ts';
import { NONE, Restore } from '../../models/restore.ts';
import type { Ports, RestoreDesk } from '../../ports.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import type { Report } from '../service/report.ts';
import { forgetCached } from './forget-cached.ts';
import { placementOf } from './placement.ts';
import { openRestoreDesk } from './restore-desk.ts';

/** What was live before is kept so long where the restore itself could not say. */
const KEPT_MS = 24 * 3_600_000;

export interface RestoreWatch {
  readonly ports: Ports;
  /** Has somebody hear of what was found. What stands in the ledger is done; that nobody hears of it does not undo it. */
  readonly tell: (report: Report) => Promise<void>;
}

/**
 * Finds out what became of restores that were cut off, and removes what no longer has to stand beside the live database. Any
 * replica may, at any time; one does. Nothing of the server is loaded where there is nothing to do.
 */
export async function tendRestores(watch: RestoreWatch): Promise<void> {
  const { ports } = watch;
  const { ledger } = ports.databases;
  const [left, undone, due] = await Promise.all([
    Restore.leftOver(ledger),
    Restore.halfUndone(ledger),
    Restore.due(ledger, ports.clock.now()),
  ]);
  if (left.length + undone.length + due.length === 0) return;
  const claim = { resource: 'the databases of restores', runId: undefined, holder: 'CapOps', work: 'tidying them up' };
  try {
    const desk = await openRestoreDesk(ports);
    await withLease(ports, claim, async () => {
      const works = [
        ...left.map((restore) => () => settle(watch, desk, restore)),
        ...undone.map((restore) => () => settleUndo(ports, desk, restore)),
        ...due.map((restore) => () => remove(watch, desk, restore)),
      ];
      const faults: unknown[] = [];
      // What cannot be found out of one holds up no other.
      for (const work of works) await work().catch((error: unknown) => faults.push(error));
      if (faults.length > 0) throw faults[0];
    });
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
  }
}

/** Which of the two is live now is the truth of it. */
async function settle(watch: RestoreWatch, desk: RestoreDesk, restore: Restore): Promise<void> {
  const { ports } = watch;
  const { ledger } = ports.databases;
  const { runId, source, database } = restore;
  const placement = placementOf(ports, desk, restore);
  const now = ports.clock.now();
  const from = ['filling', 'ready'] as const;
  const run = runId.slice(0, 8);
  await placement.settled(restore);
  if (!(await placement.isLive(restore))) await placement.discard(restore);
  // What was removed had to wait for a switch that was just under way.
  if (await placement.isLive(restore)) {
    await forgetCached(ports, runId);
    const keptUntil = keptFrom(now);
    const after = restore.liveOid === NONE ? { endedAt: now } : { keptUntil };
    await Restore.advance(ledger, { runId, from }, { step: 'switched', switchedAt: now, ...after });
    if (restore.liveOid === NONE)
      return watch.tell({
        tone: 'attention',
        title: `The restore of ${source} (run ${run}) was cut off, and is in place: ${database} is there again.`,
      });
    await watch.tell({
      tone: 'attention',
      title: `The restore of ${source} (run ${run}) was cut off, and is in place: ${database} is what was restored. What was there before is kept until ${showTime(keptUntil, ports.settings.timeZone)}.`,
      offers: [{ label: 'Put it back', operation: 'undo-restore', input: {} }],
    });
    return;
  }
  // A file from elsewhere was restored by a role of its own.
  if (restore.backupId === null) await desk.tools.sweepForeignRoles((await desk.server.ask()).url);
  await Restore.advance(ledger, { runId, from }, { step: 'abandoned', endedAt: now });
  await watch.tell({
    tone: 'attention',
    title: `The restore of ${source} (run ${run}) was cut off, and did not happen: ${restore.liveOid === NONE ? `there is still no ${database}` : `${database} is as it was`}. What had been restored beside it is removed.`,
  });
}

/** An undo that was cut off behind its switch is done. Before it, another restore may have come on top. */
async function settleUndo(ports: Ports, desk: RestoreDesk, restore: Restore): Promise<void> {
  const { databases, clock } = ports;
  const { runId, undone } = restore;
  if (undone === null || !(await placementOf(ports, desk, restore).isUndone(restore))) return;
  await forgetCached(ports, runId);
  await noteUndone(databases.ledger, { runId, undone, keptUntil: keptFrom(clock.now()) });
}

/** Notes that a restore is taken back, and until when what was restored is kept. */
export async function noteUndone(
  ledger: Ports['databases']['ledger'],
  { runId, undone, keptUntil }: { readonly runId: string; readonly undone: string; readonly keptUntil: Date },
): Promise<void> {
  await Restore.advance(ledger, { runId, from: ['switched'] }, { step: 'undone', former: undone, keptUntil });
}

/** Until when something is kept that nobody said more of. */
export function keptFrom(now: Date): Date {
  return new Date(now.getTime() + KEPT_MS);
}

async function remove(watch: RestoreWatch, desk: RestoreDesk, restore: Restore): Promise<void> {
  const { ports } = watch;
  const { runId, step, database, switchedAt } = restore;
  const { ledger } = ports.databases;
  const removed = await placementOf(ports, desk, restore).remove(restore);
  // Undone, the later one would bring it back.
  if (!removed && restore.aside && (await Restore.isWithinOther(ledger, restore))) return;
  const endedAt = ports.clock.now();
  const after = step === 'switched' ? ({ step: 'dropped', endedAt } as const) : { endedAt };
  const isOurs = await Restore.advance(ledger, { runId, from: [step] }, after);
  if (!isOurs || !removed) return;
  const since = switchedAt ? ` of ${showTime(switchedAt, ports.settings.timeZone)}` : '';
  await watch.tell({
    tone: 'info',
    title: `What was kept beside ${database} after the restore${since} is removed: it was kept as long as was asked for.`,
  });
}
