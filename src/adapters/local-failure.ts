import { StorageError } from '../errors.ts';

/** What a file system says, in words for a person; every other error as it is. */
export function storageError(storage: string, error: unknown): unknown {
  const code = codeOf(error);
  if (isFullDisk(error)) {
    const message = `The disk of the storage ${storage} is full. Nothing was kept. Free some space, or move BACKUP_DIR to a larger disk.`;
    return new StorageError(storage, 'full', message, error);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const message = `CapOps may not do that in the folder of the storage ${storage}. It needs to own that folder (BACKUP_DIR).`;
    return new StorageError(storage, 'denied', message, error);
  }
  if (code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP' || code === 'EEXIST' || code === 'ERR_FS_EISDIR') {
    const message = `In the folder of the storage ${storage} stands something else than expected: a file for a folder, a folder for a file, or a link.`;
    return new StorageError(storage, 'settings', message, error);
  }
  if (code === 'EIO' || code === 'ESTALE' || code === 'ENOTCONN') {
    return new StorageError(storage, 'down', `The disk of the storage ${storage} does not work.`, error);
  }
  return error;
}

/** Whether the disk has no room, or no more may be written to it. */
export function isFullDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(codeOf(error)));
}

/** Whether there is nothing of that name; a file where a folder should be holds nothing either. */
export function isMissing(error: unknown, codes: readonly unknown[] = ['ENOENT', 'ENOTDIR']): boolean {
  return codes.includes(codeOf(error));
}

export async function unlessMissing<T>(work: Promise<T>, codes?: readonly unknown[]): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isMissing(error, codes)) return undefined;
    throw error;
  });
}

export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
