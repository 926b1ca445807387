import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { hasShrunk } from '../../domain/backup-troubles.ts';
import { showBytes } from '../../domain/bytes.ts';
import type { Backup } from '../../models/backup.ts';

/** What is remarkable about a backup that is much smaller than the one before it; undefined: it is not. */
export function shrinkWords(manifest: BackupManifest, former: Backup | undefined): string | undefined {
  const before = former?.manifest as Pick<BackupManifest, 'bytes' | 'format' | 'compression'> | undefined;
  const isAlike = before?.format === manifest.format && before.compression === manifest.compression;
  if (!before || !isAlike || !hasShrunk(manifest.bytes, before.bytes)) return undefined;
  const less = Math.round(100 * (1 - manifest.bytes / before.bytes));
  return `It is ${less} % smaller than the one before it (${showBytes(before.bytes)}): look whether data are missing.`;
}
