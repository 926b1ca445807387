import { Backup } from '../../models/backup.ts';
import { BackupCopy } from '../../models/backup-copy.ts';
import type { BackupDesk, BackupStorage } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { placeOf } from './backup-desk.ts';
import { copyBackupTo } from './copy-backup-to.ts';
import type { MadeBackup } from './form-backup.ts';

/** What became of a second copy. */
export type Copied = { readonly key: string } | { readonly fault: string };

/** The backup stands, whatever becomes of the copy: one that fails stays wanted, and is made later. */
export async function copyOffsite(
  context: Context,
  desk: BackupDesk,
  { manifest, key, storage, to }: Pick<MadeBackup, 'manifest' | 'key' | 'storage'> & { readonly to: BackupStorage },
): Promise<Copied> {
  const { clock, databases, log, runId, signal } = context;
  const from = placeOf(desk, { storage, key });
  try {
    if (!from) throw new Error(`the storage ${storage} is not configured here`);
    const pin = (await Backup.query(databases.ledger).findById(manifest.id))?.pinned;
    const copied = await copyBackupTo(context, desk, { manifest, from, to, pin });
    return { key: copied.copies.at(-1)?.key ?? key };
  } catch (error) {
    const fault = error instanceof Error ? error.message : 'it failed';
    const wanted = { backupId: manifest.id, storage: to.name, key, triedAt: clock.now(), fault };
    await BackupCopy.enter(databases.ledger, { ...wanted, state: 'wanted' }).catch((reason: unknown) =>
      log.warn({ err: reason, runId, backup: manifest.id }, 'a copy that is wanted could not be noted'),
    );
    signal.throwIfAborted();
    log.warn({ err: error, runId, backup: manifest.id }, 'a backup could not be copied off site');
    return { fault };
  }
}

/** What to say of it. */
export function copyWords(copied: Copied): string {
  if ('key' in copied) return `A copy is off site, read back whole: ${copied.key}`;
  return `The copy off site failed: ${copied.fault} The backup here stands, and the copy is tried again by itself; “copy-backup” does so at once.`;
}
