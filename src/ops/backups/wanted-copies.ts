import { Backup } from '../../models/backup.ts';
import { BackupCopy } from '../../models/backup-copy.ts';
import type { BackupDesk } from '../../ports.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import { keptStorages, type Place, placeOf } from './backup-desk.ts';
import type { BackupWork } from './backup-work.ts';
import { copyBackupTo } from './copy-backup-to.ts';
import { manifestOf } from './sync-catalogue.ts';

/** What became of a copy that was still to be made. */
export interface Retried {
  readonly id: string;
  readonly storage: string;
  /** Undefined: it is made. */
  readonly fault: string | undefined;
}

/**
 * Makes the copies that are still to be made and were not tried since the moment. Any process may, at any time; each copy is
 * made by one. What is on another machine is left to a process there. Rejects when the ledger does not answer.
 */
export async function makeWantedCopies(work: BackupWork, desk: BackupDesk, before: Date): Promise<Retried[]> {
  const retried: Retried[] = [];
  for (const copy of await BackupCopy.wanted(work.databases.ledger, before)) {
    const made = await retry(work, desk, copy);
    if (made) retried.push(made);
  }
  return retried;
}

async function retry(work: BackupWork, desk: BackupDesk, copy: BackupCopy): Promise<Retried | undefined> {
  const { databases, clock, log, signal } = work;
  const { backupId, storage } = copy;
  const row = await Backup.query(databases.ledger).findById(backupId).withGraphFetched('copies');
  const to = keptStorages(desk).find(({ name }) => name === storage);
  if (!row || !to) return undefined;
  const entry = { backupId, storage, key: copy.key, triedAt: clock.now() };
  if (!(row.copies ?? []).some(({ state }) => state === 'good' || state === 'bad')) {
    const removedBecause = 'what it was to be copied from is gone';
    await BackupCopy.enter(databases.ledger, { ...entry, state: 'removed', removedBecause });
    return undefined;
  }
  const from = await goodPlace(desk, row);
  if (!from) return undefined;
  try {
    const claim = {
      resource: `the copy of backup ${backupId} in ${storage}`,
      runId: work.runId,
      holder: 'CapOps',
      work: 'copy-backup',
    };
    await withLease(work, claim, (lease) => {
      const held = { ...work, signal: AbortSignal.any([signal, lease.signal]) };
      return copyBackupTo(held, desk, { manifest: manifestOf(row), from, to, pin: row.pinned });
    });
    return { id: backupId, storage, fault: undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LeaseTakenError) return undefined;
    const fault = (error as Error).message;
    log.warn({ err: error, backup: backupId, storage }, 'a copy of a backup could not be made, and is tried again');
    await BackupCopy.enter(databases.ledger, { ...entry, state: 'wanted', fault });
    return { id: backupId, storage, fault };
  }
}

/** A good copy that is here. */
async function goodPlace(desk: BackupDesk, { copies = [] }: Backup): Promise<Place | undefined> {
  for (const copy of copies.filter(({ state }) => state === 'good')) {
    const place = placeOf(desk, copy);
    if (place && (await place.storage.size(place.key).catch(() => undefined)) !== undefined) return place;
  }
  return undefined;
}
