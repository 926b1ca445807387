import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { shrinkage, sizeOf } from '../../domain/backup-shrinkage.ts';
import type { Backup } from '../../models/backup.ts';

/** What is remarkable about a backup that is much smaller than the one before it; undefined: it is not. */
export function shrinkWords(manifest: BackupManifest, former: Backup | undefined): string | undefined {
  const before = former?.manifest as BackupManifest | undefined;
  const found = before && shrinkage(sizeOf(manifest), sizeOf(before));
  if (!found) return undefined;
  return `It is ${found.less} % smaller than the one before it (${found.now} after ${found.before}): look whether data are missing.`;
}
