import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import type { IncomingFile } from '../../ports.ts';

const MAX_BYTES = 64 * 2 ** 20;

const FAULTS: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
};

/** Opens a path for one reading. Throws UserError for one that cannot be read, is no file, or is larger than 64 MB. */
export async function openFile(path: string, folder: string): Promise<IncomingFile> {
  const handle = await opened(path, folder);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new UserError(`${path} is a folder, not a file.`);
    if (!stats.isFile()) throw new UserError(`${path} is not a regular file. Write the data into a file first.`);
    if (stats.size > MAX_BYTES)
      throw new UserError(`${path} has ${megabytes(stats.size)} MB; at most ${megabytes(MAX_BYTES)} MB are read.`);
    return { name: basename(path), sizeBytes: stats.size, content: handle.createReadStream() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opened without waiting, so that a pipe is refused instead of read. */
async function opened(path: string, folder: string): Promise<FileHandle> {
  try {
    return await open(resolve(folder, path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const fault = FAULTS[(error as NodeJS.ErrnoException).code ?? ''];
    if (!fault) throw error;
    throw new UserError(`The file ${path} ${fault}. Paths start from ${folder}.`);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
