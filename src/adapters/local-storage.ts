import { constants, lstat, open, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkKey, PARTIAL } from '../domain/storage-key.ts';
import { NotThereError } from '../errors.ts';
import type { BackupStorage, StoredObject } from '../ports.ts';
import { diskSpace } from './disk-space.ts';
import { isMissing, storageError, unlessMissing } from './local-failure.ts';
import { type Folder, filesUnder, isInside, syncFolder } from './local-folder.ts';
import { writeFile } from './local-write.ts';

/**
 * Backups in a folder of this machine, made when the first is written, for this user's eyes only. Links out of it are
 * not followed. It takes one object for a name: nothing stands under `a/b` where `a` is a backup.
 */
export function openLocalStorage(given: Folder): BackupStorage {
  const place = { name: given.name, folder: resolve(given.folder) };
  const { name, folder } = place;
  const known = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw storageError(name, error);
    });
  return {
    name,
    write: async (key, content, options = {}) => {
      checkKey(key);
      return writeFile(place, key, { content, ...options });
    },
    read: (key, { signal } = {}) => read(place, key, signal),
    size: (key) => known(sizeOf(folder, key)),
    list: (prefix) => list(place, prefix),
    remove: (keys) => remove(place, keys),
    sweep: (prefix, before) => known(sweep(folder, prefix, before)),
    freeBytes: async () => (await known(diskSpace(folder))).freeBytes,
  };
}

async function* read({ name, folder }: Folder, key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  checkKey(key);
  try {
    await isInside(folder, key);
    const file = await open(join(folder, key), constants.O_RDONLY | constants.O_NOFOLLOW);
    yield* file.createReadStream({ signal });
  } catch (error) {
    throw isMissing(error) ? new NotThereError(name, key) : storageError(name, error);
  }
}

async function sizeOf(folder: string, key: string): Promise<number | undefined> {
  checkKey(key);
  await isInside(folder, key);
  const found = await unlessMissing(lstat(join(folder, key)));
  return found?.isFile() ? found.size : undefined;
}

async function* list({ name, folder }: Folder, prefix: string): AsyncGenerator<StoredObject> {
  try {
    for await (const { key, path } of filesUnder(folder, prefix)) {
      if (key.endsWith(PARTIAL)) continue;
      const found = await unlessMissing(lstat(path));
      if (found?.isFile()) yield { key, bytes: found.size, modifiedAt: found.mtime };
    }
  } catch (error) {
    throw storageError(name, error);
  }
}

async function remove({ name, folder }: Folder, keys: readonly string[]): ReturnType<BackupStorage['remove']> {
  for (const key of keys) checkKey(key);
  const removed: string[] = [];
  const failed: { key: string; reason: string }[] = [];
  for (const key of keys) {
    try {
      if (await isInside(folder, key)) await unlessMissing(rm(join(folder, key)));
      removed.push(key);
    } catch (error) {
      failed.push({ key, reason: (storageError(name, error) as Error).message });
    }
  }
  const folders = new Set(removed.map((key) => dirname(join(folder, key))));
  for (const path of folders) await unlessMissing(syncFolder(path));
  return { removed, failed };
}

/** By when they were last written to: a write that is underway has touched its file a moment ago. */
async function sweep(folder: string, prefix: string, before: Date): Promise<number> {
  let count = 0;
  for await (const { key, path } of filesUnder(folder, prefix)) {
    const found = key.endsWith(PARTIAL) ? await unlessMissing(lstat(path)) : undefined;
    if (!found || found.mtime >= before) continue;
    await rm(path, { force: true });
    count += 1;
  }
  return count;
}
