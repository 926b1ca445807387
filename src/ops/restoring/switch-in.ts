import { Restore } from '../../models/restore.ts';
import type { DatabaseServer, Switched } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import type { Placed } from './carry-out-restore.ts';
import { type Filled, giveUp } from './fill-scratch.ts';
import { forgetCached } from './forget-cached.ts';
import type { RestoreWork } from './restore-wish.ts';
import { noteAboutTo, noteUntouched } from './restore-words.ts';

/** From here on nothing is cancelled. What the ledger does not take is found out by whoever looks later. */
export async function switchIn(
  context: Context,
  work: RestoreWork,
  { scratch, former, liveOid, safetyBackupId }: Filled & { readonly safetyBackupId: string | undefined },
): Promise<Omit<Placed, 'live' | 'facts' | 'checks' | 'lacks'>> {
  const { runId, databases, clock, signal, log } = context;
  const { server } = work.desk;
  try {
    context.progress({ phase: 'Switching' });
    signal.throwIfAborted();
    await noteAboutTo(context, work);
    const switched = await inPlaceOf(server, { incoming: scratch.name, outgoing: former, liveOid });
    const staleCache = await forgetCached(context, runId);
    const switchedAt = clock.now();
    const keptUntil = former === undefined ? undefined : new Date(switchedAt.getTime() + work.wish.keepOldMs);
    const unavailableMs = Math.round(switched.unavailableMs);
    const after = keptUntil ? { keptUntil } : { endedAt: switchedAt };
    const change = { step: 'switched', switchedAt, unavailableMs, ...after } as const;
    await Restore.advance(databases.ledger, { runId, from: ['ready'] }, change).catch((error: unknown) =>
      log.warn({ err: error, runId }, 'the ledger did not take that a restore is in place'),
    );
    return { former, keptUntil, unavailableMs, endedSessions: switched.endedSessions, staleCache };
  } catch (error) {
    // Where nobody can say, it is found out later.
    const isElsewhere = await server.find(server.live).then(
      (live) => live?.oid !== scratch.oid && (live !== undefined || work.isAnew),
      () => false,
    );
    if (isElsewhere) {
      await giveUp(context, work, scratch);
      await noteUntouched(context, work, safetyBackupId);
    }
    throw error;
  }
}

/** Nobody could use what was not there. */
async function inPlaceOf(
  server: DatabaseServer,
  {
    outgoing,
    ...names
  }: { readonly incoming: string; readonly outgoing: string | undefined; readonly liveOid: number },
): Promise<Switched> {
  if (outgoing !== undefined) return server.swap({ ...names, outgoing });
  await server.install(names.incoming);
  return { unavailableMs: 0, endedSessions: 0 };
}
