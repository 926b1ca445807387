import { Backup } from '../../models/backup.ts';
import type { BackupDesk, DumpSource } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { placeOf } from './backup-desk.ts';
import type { MadeBackup } from './form-backup.ts';
import { manifestOf } from './sync-catalogue.ts';

/** A scheduled run that failed is tried again within this time. */
const RECENT_MS = 30 * 60_000;

/** What this very run has made before it was cut off, or the schedule before its try failed at something else. */
export async function madeBefore(
  { databases, actor, runId, clock }: Context,
  desk: BackupDesk,
  source: DumpSource,
): Promise<MadeBackup | undefined> {
  const row = await Backup.newestGood(databases.ledger, source);
  if (!row) return undefined;
  const manifest = manifestOf(row);
  const isSameTry = actor.face === 'schedule' && manifest.by.actorId === actor.id;
  // One that a wrong clock has dated in the future would count as this night's until then.
  const isRecent = Math.abs(clock.now().getTime() - manifest.finishedAt.getTime()) < RECENT_MS;
  if (manifest.runId !== runId && !(isSameTry && isRecent)) return undefined;
  for (const copy of row.copies ?? []) {
    const place = copy.state === 'good' ? placeOf(desk, copy) : undefined;
    if (!place || (await place.storage.size(place.key)) === undefined) continue;
    return { manifest, key: place.key, storage: place.storage.name, former: undefined, warnings: [] };
  }
  return undefined;
}
