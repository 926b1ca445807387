import { statfs } from 'node:fs/promises';
import { diskSpace } from './disk-space.ts';

const TMPFS = 0x01021994;
const MOST_KEPT_BYTES = 2 ** 30;
const SHARE_KEPT = 0.05;

/** The folder with the most room, of those on a disk; one in memory only where there is no other. */
export async function roomiest(folders: readonly string[]): Promise<string> {
  const seen = await Promise.all(
    folders.map(async (folder) => {
      const [{ freeBytes }, isInMemory] = await Promise.all([diskSpace(folder), inMemory(folder)]);
      return { folder, freeBytes, isInMemory };
    }),
  );
  const [best] = seen.sort((a, b) => Number(a.isInMemory) - Number(b.isInMemory) || b.freeBytes - a.freeBytes);
  if (!best) throw new Error('No folder is named for what is decompressed');
  return best.folder;
}

/** Bytes that may still be written there: a twentieth of the disk, at most 1 GiB, stays for everybody else. */
export async function roomIn(folder: string): Promise<number> {
  const { freeBytes, totalBytes } = await diskSpace(folder);
  return freeBytes - Math.min(MOST_KEPT_BYTES, totalBytes * SHARE_KEPT);
}

async function inMemory(folder: string): Promise<boolean> {
  return statfs(folder).then(
    ({ type }) => type === TMPFS,
    () => false,
  );
}
