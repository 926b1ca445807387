import { showTime } from '../../domain/end-date.ts';
import { Restore } from '../../models/restore.ts';
import type { Ports, RestoreDesk } from '../../ports.ts';
import type { Announcer, Answered } from '../service/announcer.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import type { Report } from '../service/report.ts';
import { openRestoreDesk } from './restore-desk.ts';

/** What was live before is kept so long where the restore itself could not say. */
const KEPT_MS = 24 * 3_600_000;

export interface RestoreWatch {
  readonly ports: Ports;
  readonly announcer: Announcer;
  /** Who hears of it; undefined: nobody. */
  readonly channel: string | undefined;
  /** What the channel’s messages answer. */
  readonly about: Answered;
}

/**
 * Finds out what became of restores that were cut off, and removes the databases that no longer have to stand beside the live
 * one. Any replica may, at any time; one does. Nothing of the server is loaded where there is nothing to do.
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
      for (const restore of left) await settle(watch, desk, restore);
      for (const restore of undone) await settleUndo(ports, desk, restore);
      for (const restore of due) await remove(watch, desk, restore);
    });
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
  }
}

/** Which of the two is live now is the truth of it. */
async function settle(watch: RestoreWatch, { server }: RestoreDesk, restore: Restore): Promise<void> {
  const { ports } = watch;
  const { ledger } = ports.databases;
  const { runId, scratch, scratchOid, source } = restore;
  const live = await server.find(server.live);
  if (!live) throw new Error(`${server.live} is not there`);
  const now = ports.clock.now();
  const from = ['filling', 'ready'] as const;
  const run = runId.slice(0, 8);
  if (scratchOid !== null && live.oid === scratchOid) {
    const keptUntil = new Date(now.getTime() + KEPT_MS);
    await Restore.advance(ledger, { runId, from }, { step: 'switched', switchedAt: now, keptUntil });
    await tell(watch, {
      tone: 'attention',
      title: `The restore of ${source} (run ${run}) was cut off, and is in place: ${server.live} is the restored database. What was there before is kept as ${restore.former}.`,
      offers: [{ label: 'Put it back', operation: 'undo-restore', input: {} }],
    });
    return;
  }
  const found = await server.find(scratch);
  if (found && (scratchOid === null || found.oid === scratchOid)) await server.drop(scratch);
  await Restore.advance(ledger, { runId, from }, { step: 'abandoned', endedAt: now });
  await tell(watch, {
    tone: 'attention',
    title: `The restore of ${source} (run ${run}) was cut off, and did not happen: ${server.live} is as it was. What had been restored beside it is removed.`,
  });
}

/** An undo that was cut off behind its switch is done. */
async function settleUndo({ databases, clock }: Ports, { server }: RestoreDesk, restore: Restore): Promise<void> {
  const { runId, undone, liveOid } = restore;
  const live = await server.find(server.live);
  if (live?.oid !== liveOid || undone === null) return;
  const keptUntil = new Date(clock.now().getTime() + KEPT_MS);
  const change = { step: 'undone', former: undone, keptUntil } as const;
  await Restore.advance(databases.ledger, { runId, from: ['switched'] }, change);
}

/** Only what is just that database, whatever it is called. */
async function remove(watch: RestoreWatch, { server }: RestoreDesk, restore: Restore): Promise<void> {
  const { ports } = watch;
  const { runId, step, former, liveOid, scratchOid, switchedAt } = restore;
  const found = await server.find(former);
  const isIt = found?.oid === (step === 'undone' ? scratchOid : liveOid);
  if (found && isIt) await server.drop(former);
  const endedAt = ports.clock.now();
  const after = step === 'switched' ? ({ step: 'dropped', endedAt } as const) : { endedAt };
  if (!(await Restore.advance(ports.databases.ledger, { runId, from: [step] }, after)) || !found || !isIt) return;
  const since = switchedAt ? ` of ${showTime(switchedAt, ports.settings.timeZone)}` : '';
  await tell(watch, {
    tone: 'info',
    title: `${former}, which was kept after the restore${since}, is removed: it was kept as long as was asked for.`,
  });
}

/** What stands in the ledger is done; that Slack does not hear of it does not undo it. */
async function tell({ ports, announcer, channel, about }: RestoreWatch, report: Report): Promise<void> {
  ports.log.info({}, report.title);
  if (channel === undefined) return;
  await announcer.post(channel, about, report).catch((error: unknown) => {
    ports.log.warn({ err: error, channel }, 'a channel could not be told of a restore');
  });
}
