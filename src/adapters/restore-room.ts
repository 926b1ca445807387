import { stat } from 'node:fs/promises';
import { showBytes } from '../domain/bytes.ts';
import type { RestoreSource } from '../ports.ts';
import { bytesIn } from './folder-watch.ts';
import type { LookedAt } from './restore-look.ts';
import type { ReadDump } from './restore-reading.ts';
import { roomIn, roomiest } from './staging-room.ts';

/**
 * Says before whether this machine's disk is too small for what has to be laid out on it: none or one sentence. What it will
 * take is known only from below, where it is compressed; what can be piped needs no room.
 */
export async function roomObstacle(
  { source, request, identity, read }: LookedAt & { readonly read: ReadDump },
  folders: readonly string[],
): Promise<string[]> {
  const { format, compression, isEncrypted, isPacked } = identity;
  const isForeign = request.trust === 'foreign';
  const isChanged = compression !== 'none' || isEncrypted || !('path' in source);
  if (!isForeign && !isPacked && !(format === 'tar' && isChanged)) return [];
  const stored = (await storedBytes(source)) ?? 0;
  const needed = isForeign ? read.sqlBytes + (format === 'plain' ? 0 : stored) : stored;
  const folder = await roomiest(folders);
  const free = Math.max(0, await roomIn(folder));
  if (needed <= free) return [];
  return [
    `There is no room on this machine’s disk to lay out ${source.name}: it takes at least ${showBytes(needed)}, and ${folder} has ${showBytes(free)} to spare. Free some space, or move BACKUP_DIR to a larger disk.`,
  ];
}

/** Undefined: nobody knows. */
async function storedBytes(source: RestoreSource): Promise<number | undefined> {
  if (!('path' in source)) return source.bytes;
  const found = await stat(source.path);
  if (!found.isDirectory()) return found.size;
  return bytesIn(source.path);
}
