import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, mkdir, open as openHandle, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { AlreadyThereError, StorageError, UserError } from '../../src/errors.ts';
import { keepsTheStorageContract, type Subject } from '../contracts/backup-storage.ts';
import { all, bytesOf, text, textOf } from '../contracts/content.ts';

const noLinks = vi.hoisted(() => ({ isOn: false }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const link: typeof real.link = async (...paths) => {
    if (noLinks.isOn) throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
    return real.link(...paths);
  };
  return { ...real, link };
});

const endings: (() => unknown)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'capops-storage-'));
  endings.push(() => rmSync(parent, { recursive: true }));
  return join(parent, 'backups');
}

async function open(): Promise<Subject> {
  const address = { name: 'local', folder: newFolder() };
  return {
    storage: openLocalStorage(address),
    address,
    leftovers: async () => {
      const names = readdirSync(dirname(address.folder), { recursive: true });
      return names.filter((name) => String(name).endsWith('.partial')).length;
    },
    fill: async (keys) => {
      for (const key of keys) {
        await mkdir(dirname(join(address.folder, key)), { recursive: true });
        await writeFile(join(address.folder, key), key);
      }
    },
  };
}

keepsTheStorageContract((name, body) => test(name, body, 60_000), open);

/** A disk in memory of so many MB, where we may make one. */
function tinyDisk(megabytes: number): string {
  const folder = newFolder();
  mkdirSync(folder);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (status !== 0) return '';
  endings.unshift(() => spawnSync('umount', [folder]));
  return folder;
}

describe('the folder', () => {
  test('and what is in it are for their owner alone', async () => {
    const folder = newFolder();
    await openLocalStorage({ name: 'local', folder }).write('a/b', text('x'));
    const modes = [folder, join(folder, 'a'), join(folder, 'a/b')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  test('is on the disk before a write is over: the file, its folder and every folder that was made', async () => {
    const folder = newFolder();
    const synced: string[] = [];
    const handle = await openHandle(tmpdir(), 'r');
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const { sync } = prototype;
    const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      synced.push(readlinkSync(`/proc/self/fd/${this.fd}`));
      await sync.call(this);
    });
    await openLocalStorage({ name: 'local', folder }).write('a/b', text('x'));
    spy.mockRestore();
    expect(synced.map((path) => path.replace(/[0-9a-f]{8}(?=\.partial)/, 'id'))).toEqual([
      dirname(folder),
      folder,
      join(folder, 'a/b.id.partial'),
      join(folder, 'a'),
    ]);
  });

  test('is not left through a link in it, whatever is asked', async () => {
    const folder = newFolder();
    const outside = newFolder();
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'secret');
    mkdirSync(folder);
    symlinkSync(outside, join(folder, 'way'));
    symlinkSync(join(outside, 'secret'), join(folder, 'file'));
    const storage = openLocalStorage({ name: 'local', folder });
    await expect(storage.write('way/new', text('x'))).rejects.toThrow(UserError);
    await expect(storage.write('way/further/new', text('x'))).rejects.toThrow(UserError);
    await expect(textOf(storage.read('way/secret'))).rejects.toThrow(UserError);
    await expect(textOf(storage.read('file'))).rejects.toThrow(StorageError);
    await expect(storage.size('way/secret')).rejects.toThrow(UserError);
    await expect(all(storage.list('way/'))).rejects.toThrow(UserError);
    expect((await storage.remove(['way/secret'])).failed[0]?.reason).toContain('behind a link');
    expect(await all(storage.list(''))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  test('may itself be a link to a larger disk', async () => {
    const [folder, real] = [newFolder(), newFolder()];
    mkdirSync(real);
    symlinkSync(real, folder);
    await openLocalStorage({ name: 'local', folder }).write('a/b', text('x'));
    expect(readdirSync(join(real, 'a'))).toEqual(['b']);
  });

  test('says how much room there is, before it is there too', async () => {
    const folder = newFolder();
    const { bavail, bsize } = statfsSync(dirname(folder));
    const free = (await openLocalStorage({ name: 'local', folder: join(folder, 'deeper') }).freeBytes()) ?? 0;
    expect(Math.abs(free / (bavail * bsize) - 1)).toBeLessThan(0.1);
  });

  test('that is a file is said to be one', async () => {
    const folder = newFolder();
    writeFileSync(folder, 'a file');
    const storage = openLocalStorage({ name: 'local', folder });
    for (const work of [() => storage.write('a/b', text('x')), () => all(storage.list(''))]) {
      await expect(work()).rejects.toThrow('stands something else than expected');
    }
  });

  test('lists and removes files alone: a folder that has a backup’s name stays', async () => {
    const storage = openLocalStorage({ name: 'local', folder: newFolder() });
    await storage.write('a/b', text('x'));
    const { removed, failed } = await storage.remove(['a', 'a/b/c']);
    expect(removed).toEqual(['a/b/c']);
    expect(failed).toEqual([{ key: 'a', reason: expect.stringContaining('something else than expected') }]);
    expect(await textOf(storage.read('a/b'))).toBe('x');
  });

  test('on a disk that knows no second names keeps what is there all the same', async () => {
    const storage = openLocalStorage({ name: 'local', folder: newFolder() });
    noLinks.isOn = true;
    endings.push(() => {
      noLinks.isOn = false;
    });
    await storage.write('a', text('first'));
    await expect(storage.write('a', text('second'))).rejects.toThrow(AlreadyThereError);
    expect(await textOf(storage.read('a'))).toBe('first');
    expect((await all(storage.list(''))).length).toBe(1);
  });
});

test('a disk that is full is said to be, and nothing is left on it', async (context) => {
  const folder = tinyDisk(8);
  if (folder === '') return context.skip('needs to mount a disk: root');
  const storage = openLocalStorage({ name: 'local', folder });
  await storage.write('small', text('small'));
  const before = (await storage.freeBytes()) ?? 0;
  // The second has too little room for its last bytes alone.
  for (const length of [12 * 2 ** 20, before + 1000]) {
    const failure = await storage.write('large', bytesOf(length)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StorageError);
    expect(failure).toMatchObject({
      kind: 'full',
      message: expect.stringContaining('The disk of the storage local is full'),
    });
    expect(readdirSync(folder)).toEqual(['small']);
    expect(await storage.freeBytes()).toBe(before);
  }
});
