import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessMissing } from './local-failure.ts';

/** Of the disk that the folder is on, or will be. */
export async function diskSpace(folder: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const found = await unlessMissing(statfs(folder));
  if (!found) return diskSpace(dirname(folder));
  return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
}
