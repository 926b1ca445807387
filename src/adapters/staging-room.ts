import { access, constants, lstat, mkdir, open, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ProgramError } from '../errors.ts';
import { diskSpace } from './disk-space.ts';
import { isFullDisk, unlessMissing } from './local-failure.ts';

const TMPFS = 0x01021994;
const MOST_KEPT_BYTES = 2 ** 30;
const SHARE_KEPT = 0.05;
/** So often it is looked whether the disk still has room. */
const LOOK_EVERY_BYTES = 2 ** 20;

/**
 * The folder with the most room, of those on a disk that we may write to; one in memory only where there is no other. Where there is
 * none, the system's own for temporary files.
 */
export async function roomiest(folders: readonly string[]): Promise<string> {
  const seen = await Promise.all(
    folders.map(async (folder) => {
      const [{ freeBytes }, isInMemory, isOpen] = await Promise.all([
        diskSpace(folder),
        inMemory(folder),
        mayWrite(folder),
      ]);
      return isOpen ? [{ folder, freeBytes, isInMemory }] : [];
    }),
  );
  const [best] = seen.flat().sort((a, b) => Number(a.isInMemory) - Number(b.isInMemory) || b.freeBytes - a.freeBytes);
  return best?.folder ?? tmpdir();
}

/** Bytes that may still be written there: a twentieth of the disk, at most 1 GiB, stays for everybody else. */
export async function roomIn(folder: string): Promise<number> {
  const { freeBytes, totalBytes } = await diskSpace(folder);
  return freeBytes - Math.min(MOST_KEPT_BYTES, totalBytes * SHARE_KEPT);
}

async function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function inMemory(folder: string): Promise<boolean> {
  return statfs(folder).then(
    ({ type }) => type === TMPFS,
    () => false,
  );
}

/** The folder, made where it is missing; where we may not write to it, the system's own for temporary files. */
export async function openStaging(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  return (await mayWrite(folder)) ? folder : tmpdir();
}

/** Bytes that may be written there once it is made; none where we may not. */
export async function roomToBe(folder: string): Promise<number> {
  const isThere = (await unlessMissing(lstat(folder))) !== undefined;
  return isThere && !(await mayWrite(folder)) ? 0 : Math.max(0, await roomIn(folder));
}

/** The disk has too little room for what is laid out. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/** Rejects with NoRoom where nothing more may be written there. */
export async function needRoom(folder: string): Promise<void> {
  if ((await roomIn(folder)) < 0) throw new NoRoom();
}

/** Makes a file that only we can read. Rejects with NoRoom where the disk has too little, and with the signal’s reason. */
export async function writeInRoom(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let since = LOOK_EVERY_BYTES;
    for await (const chunk of content) {
      signal?.throwIfAborted();
      since += chunk.length;
      if (since >= LOOK_EVERY_BYTES) {
        await needRoom(path);
        since = 0;
      }
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}

/** Whether it failed because a disk is full, here or in a program. */
export function isFull(error: unknown): boolean {
  if (error instanceof ProgramError) return /No space left|File too large|Disk quota|SIGXFSZ/i.test(error.message);
  return error instanceof NoRoom || isFullDisk(error);
}
