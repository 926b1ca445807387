import type { StoredBackup } from '../../domain/stored-backup.ts';
import type { BackupStorage } from '../../ports.ts';
import { severalAtOnce } from './several-at-once.ts';

/** Until when their storage itself keeps these, as it says now; undefined: it locks none. Rejects where it does not say. */
export async function locksOn(
  { lockOf }: Pick<BackupStorage, 'lockOf'>,
  backups: readonly StoredBackup[],
): Promise<((backup: StoredBackup) => StoredBackup) | undefined> {
  if (!lockOf || backups.length === 0) return undefined;
  const asked = await severalAtOnce(backups, async ({ fileKey }) => [fileKey, await lockOf(fileKey)] as const);
  const locks = new Map(asked.filter(([, lock]) => lock !== undefined));
  if (locks.size === 0) return undefined;
  return (backup) => ({ ...backup, lockedUntil: locks.get(backup.fileKey) });
}
