import type { BackupFormat } from './backup-format.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { showBytes } from './bytes.ts';
import { counted } from './counted.ts';

/** A database hardly loses so much of its size between two backups. */
const SHRUNK = 0.7;
const HALF = 0.5;

/** How large a backup is. */
export interface BackupSize extends Pick<BackupFormat, 'format' | 'compression'> {
  readonly bytes: number;
  /** Of all its tables. */
  readonly rows: number;
}

/** By how much a backup is smaller than one before it. */
export interface Shrinkage {
  /** In per cent. */
  readonly less: number;
  /** Of both, in words. */
  readonly now: string;
  readonly before: string;
}

/**
 * Undefined: not so much that somebody should look. Bytes are held to bytes of the same format. Where that changed, as it does when a
 * database crosses parallel_above, rows are; and bytes, where both are compressed, to half of them: no format saves as much.
 */
export function shrinkage(size: BackupSize, former: BackupSize): Shrinkage | undefined {
  const isAlike = size.format === former.format && size.compression === former.compression;
  if (isAlike) return drop(size.bytes, former.bytes, { to: SHRUNK, show: showBytes });
  const inRows = drop(size.rows, former.rows, { to: SHRUNK, show: (rows) => counted(rows, 'row') });
  const areCompressed = size.format !== 'plain' && former.format !== 'plain';
  return inRows ?? (areCompressed ? drop(size.bytes, former.bytes, { to: HALF, show: showBytes }) : undefined);
}

function drop(
  now: number,
  before: number,
  { to, show }: { readonly to: number; readonly show: (size: number) => string },
): Shrinkage | undefined {
  if (now >= before * to) return undefined;
  return { less: Math.round(100 * (1 - now / before)), now: show(now), before: show(before) };
}

/** Against the one of several before it that it falls behind the most. */
export function worstShrinkage(size: BackupSize, formers: readonly BackupSize[]): Shrinkage | undefined {
  return formers.flatMap((former) => shrinkage(size, former) ?? []).sort((a, b) => b.less - a.less)[0];
}

/** What a manifest says of it. */
export function sizeOf({ format, compression, bytes, tables }: BackupManifest): BackupSize {
  return { format, compression, bytes, rows: Object.values(tables).reduce((sum, count) => sum + count, 0) };
}
