import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { checkKey } from '../domain/storage-key.ts';
import { UserError } from '../errors.ts';
import { unlessMissing } from './local-failure.ts';

/** A storage's own folder. */
export interface Folder {
  readonly name: string;
  readonly folder: string;
}

/** Whether the folder of a key is there. Throws a UserError where a link leads it out of the storage's own. */
export async function isInside(folder: string, key: string): Promise<boolean> {
  const [home, place] = await Promise.all([real(folder), real(dirname(join(folder, key)))]);
  if (home === undefined || place === undefined) return false;
  if (place === home || place.startsWith(home.endsWith(sep) ? home : `${home}${sep}`)) return true;
  throw new UserError(`“${key}” lies behind a link out of the folder of backups.`);
}

async function real(path: string): Promise<string | undefined> {
  return unlessMissing(realpath(path));
}

/** Makes the folders of a key, and makes them last, for this user alone. */
export async function makeFolderOf(folder: string, key: string): Promise<void> {
  await mkdirLasting(folder);
  for (let at = key.indexOf('/'); at !== -1; at = key.indexOf('/', at + 1)) {
    await isInside(folder, key.slice(0, at));
    await mkdirLasting(join(folder, key.slice(0, at)));
  }
  await isInside(folder, key);
}

async function mkdirLasting(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** A name lasts only once its folder does. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Every file whose key begins with the prefix. A folder that is gone meanwhile, or not there yet, holds none. */
export async function* filesUnder(folder: string, prefix: string): AsyncGenerator<{ key: string; path: string }> {
  const above = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (above !== '') {
    checkKey(above.slice(0, -1));
    await isInside(folder, `${above}any`);
  }
  const waiting = [above];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    for (const entry of await entriesOf(join(folder, place))) {
      const key = `${place}${entry.name}`;
      if (!key.startsWith(prefix)) continue;
      if (entry.isDirectory()) waiting.push(`${key}/`);
      if (entry.isFile()) yield { key, path: join(folder, key) };
    }
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  return (await unlessMissing(readdir(path, { withFileTypes: true }), ['ENOENT'])) ?? [];
}
