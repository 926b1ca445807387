import { type Aside, asideSql, countsSql } from '../../domain/in-place-sql.ts';
import { Restore } from '../../models/restore.ts';
import { hasSchema } from '../../models/schemas-aside.ts';
import type { Context } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import { namedAside } from './by-renaming.ts';
import type { Placed } from './carry-out-restore.ts';
import { forgetCached } from './forget-cached.ts';
import { freeMoment } from './free-moment.ts';
import { placementOf } from './placement.ts';
import type { RestoreWork } from './restore-wish.ts';
import { noteAboutTo, noteUntouched, replacedWords } from './restore-words.ts';

/**
 * Restores within the live database, in one transaction: its schemas are moved aside, the backup is restored in their place, its
 * rows are counted. Until the last moment everybody sees what was there, and whatever fails or is killed leaves just that.
 */
export async function restoreWithin(
  context: Context,
  work: RestoreWork,
  safetyBackupId: string | undefined,
): Promise<Placed> {
  const { desk, restorable, within, backups, wish } = work;
  const { server } = desk;
  const { runId, clock, databases, signal, progress } = context;
  const manifest = restorable.manifest;
  if (!within || !manifest) throw new Error('a restore within the live database is of a backup of ours');
  const begunAt = clock.now();
  const live = await server.find(server.live);
  const aside = { schemas: await freeAside(context, within.schemas, begunAt), extensions: within.extensions };
  const former = formerWords(aside.schemas);
  await withLedger(() =>
    Restore.begin(databases.ledger, {
      ...{ runId, database: server.live, source: restorable.name, backupId: manifest.id, aside, begunAt },
      ...{ safetyBackupId: safetyBackupId ?? null, liveOid: live?.oid ?? 0, former },
    }),
  );
  await noteAboutTo(context, work);
  const filling = desk.tools.restore(server.addressOf(server.live), restorable.source, {
    ...{ trust: 'ours', identities: backups.identities, signal, progress },
    within: { before: asideSql(aside), after: countsSql(manifest.tables) },
  });
  const facts = await filling.catch(async (error: unknown) => {
    await findOut(context, work, safetyBackupId);
    throw error;
  });
  const { keptUntil, staleCache } = await inPlace(context, wish);
  const rows = `The rows of all ${Object.keys(manifest.tables).length} tables are those of the manifest.`;
  const words = { live: server.live, former, keptUntil, checks: [rows], lacks: [] };
  return { ...words, unavailableMs: 0, endedSessions: 0, facts, staleCache };
}

/** What is committed is in place. What the ledger does not take is found out by whoever looks later. */
async function inPlace(
  context: Context,
  { keepOldMs }: Pick<RestoreWork['wish'], 'keepOldMs'>,
): Promise<{ readonly keptUntil: Date; readonly staleCache: boolean }> {
  const { runId, clock, databases, log } = context;
  const staleCache = await forgetCached(context, runId);
  const switchedAt = clock.now();
  const keptUntil = new Date(switchedAt.getTime() + keepOldMs);
  const change = { step: 'switched', switchedAt, keptUntil, unavailableMs: 0 } as const;
  await Restore.advance(databases.ledger, { runId, from: ['filling'] }, change).catch((error: unknown) =>
    log.warn({ err: error, runId }, 'the ledger did not take that a restore is in place'),
  );
  return { keptUntil, staleCache };
}

/** A program that was killed may have ended the transaction before. Where nobody can say, it is found out later. */
async function findOut(context: Context, work: RestoreWork, safetyBackupId: string | undefined): Promise<void> {
  const { runId, clock, databases, log } = context;
  const { ledger } = databases;
  try {
    const restore = await Restore.query(ledger).findById(runId);
    if (!restore) return;
    const placement = placementOf(context, work.desk, restore);
    await placement.settled(restore);
    if (await placement.isLive(restore)) return await context.noteSoFar({ words: replacedWords(work) });
    await Restore.advance(ledger, { runId, from: ['filling'] }, { step: 'abandoned', endedAt: clock.now() });
    await noteUntouched(context, work, safetyBackupId);
  } catch (error) {
    log.warn({ err: error, runId }, 'what became of a restore could not be found out; trying again later');
  }
}

/** Names for the schemas aside that nothing in the database has. */
async function freeAside(
  { databases: { platform } }: Context,
  schemas: readonly string[],
  from: Date,
): Promise<Aside['schemas']> {
  const namesAt = (at: Date) => namedAside(schemas, 'before', at).map(({ aside }) => aside);
  return namedAside(schemas, 'before', await freeMoment(from, namesAt, (name) => hasSchema(platform, name)));
}

/** In a sentence: `the schemas public_before_…, work_before_…`. */
function formerWords(schemas: readonly { readonly aside: string }[]): string {
  return `the schemas ${schemas.map(({ aside }) => aside).join(', ')}`;
}
