import { damageKey } from '../../domain/backup-name.ts';
import type { Decision } from '../../domain/retention.ts';
import type { StoredBackup } from '../../domain/stored-backup.ts';
import { BackupCopy } from '../../models/backup-copy.ts';
import type { BackupStorage } from '../../ports.ts';
import type { BackupWork } from './backup-work.ts';
import type { StorageContents } from './read-storage.ts';

type Work = Pick<BackupWork, 'databases' | 'clock'>;

/** What became of copies that were to go. */
export interface RemovedBackups {
  /** They are backups no more. */
  readonly gone: readonly StoredBackup[];
  readonly failed: Awaited<ReturnType<BackupStorage['remove']>>['failed'];
}

/** Removes manifests first, files behind them; `advance` is told in between how many are backups no more. */
export async function removeBackups(
  work: Work,
  { storage, objects }: StorageContents,
  going: readonly Decision[],
  advance: (count: number) => Promise<void> = async () => undefined,
): Promise<RemovedBackups> {
  await noteRemoved(work, going);
  const manifests = await storage.remove(going.map(({ backup }) => backup.manifestKey));
  const stays = new Set(manifests.failed.map(({ key }) => key));
  await noteKept(
    work,
    going.filter(({ backup }) => stays.has(backup.manifestKey)),
  );
  const gone = going.flatMap(({ backup }) => (stays.has(backup.manifestKey) ? [] : [backup]));
  await advance(gone.length);
  const notes = gone.map(({ fileKey }) => damageKey(fileKey)).filter((key) => objects.has(key));
  const files = await storage.remove([...gone.map(({ fileKey }) => fileKey), ...notes]);
  return { gone, failed: [...manifests.failed, ...files.failed] };
}

/** Before it is done: what is cut off in between is found in the storage, and entered again. */
async function noteRemoved({ databases: { ledger } }: Work, removing: readonly Decision[]): Promise<void> {
  const copies = removing.map(({ backup, reasons }) => ({
    backupId: backup.id,
    storage: backup.storage,
    key: backup.fileKey,
    state: 'removed' as const,
    removedBecause: reasons.map(({ words }) => words).join('; '),
  }));
  await BackupCopy.enter(ledger, ...copies);
}

async function noteKept({ databases: { ledger }, clock }: Work, kept: readonly Decision[]): Promise<void> {
  for (const { backup } of kept) {
    const isDamaged = typeof backup.proof === 'object';
    const copy = { backupId: backup.id, storage: backup.storage, key: backup.fileKey, removedBecause: null };
    await BackupCopy.enter(ledger, { ...copy, state: isDamaged ? 'bad' : 'good', triedAt: clock.now() });
  }
}
