import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { S3Settings } from '../../src/config/backups.ts';
import { AlreadyThereError, NotThereError, UserError } from '../../src/errors.ts';
import type { BackupStorage } from '../../src/ports.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { all, bytesOf, eventually, heldContent, sha256Of, text, textOf } from './content.ts';

/** Where another process finds the same storage. */
export type Address = { name: string; folder: string } | S3Settings;

/** An empty storage of a test's own. */
export type Subject = {
  storage: BackupStorage;
  address: Address;
  /** How many writes left something behind that a sweep would find. */
  leftovers(): Promise<number>;
  /** Puts many small objects there, fast. */
  fill(keys: readonly string[]): Promise<void>;
};

type It = (name: string, body: () => Promise<void>) => void;

const MEBIBYTE = 2 ** 20;
/** Longer than what a store takes at once, and no whole number of parts. */
const LONG = 12 * MEBIBYTE + 7;
const KEY = 'backups/planner/2026-11-22T02-00-00Z-nightly.dump.zst';
const SOON = () => new Date(Date.now() + 60_000);

/** What every storage of backups promises. Each test opens a storage of its own. */
export function keepsTheStorageContract(it: It, open: () => Promise<Subject>): void {
  describe('writing', () => writes(it, open));
  describe('a write that does not come to its end', () => breaksOff(it, open));
  describe('what is there already', () => neverReplaces(it, open));
  describe('reading, listing and removing', () => findsAndRemoves(it, open));
  describe('a key', () => namesPlainly(it, open));
}

function writes(it: It, open: () => Promise<Subject>): void {
  for (const length of [0, 1, 5 * MEBIBYTE, LONG]) {
    it(`keeps ${length} bytes as they are, and says how many and which`, async () => {
      const { storage } = await open();
      const sha256 = await sha256Of(bytesOf(length));
      expect(await storage.write(KEY, bytesOf(length))).toEqual({ bytes: length, sha256 });
      expect(await storage.size(KEY)).toBe(length);
      expect(await sha256Of(storage.read(KEY))).toBe(sha256);
    });
  }

  it('shows nothing under the key before all of it is there', async () => {
    const { storage } = await open();
    const { content, reached, end } = heldContent(LONG);
    const writing = storage.write(KEY, content);
    await reached;
    expect(await storage.size(KEY)).toBeUndefined();
    expect(await all(storage.list(''))).toEqual([]);
    await expect(textOf(storage.read(KEY))).rejects.toThrow(NotThereError);
    end();
    expect(await writing).toMatchObject({ bytes: LONG });
    expect(await storage.size(KEY)).toBe(LONG);
  });

  it('says how far it is', async () => {
    const { storage } = await open();
    const told: number[] = [];
    await storage.write(KEY, bytesOf(LONG), { progress: (bytes) => told.push(bytes) });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.length).toBeGreaterThan(10);
    expect(told.at(-1)).toBe(LONG);
  });

  it('takes and gives 200 MB with flat memory', async () => {
    const { address } = await open();
    for (const task of ['write', 'read'] as const) {
      const { bytes, aboveIdle } = JSON.parse(await startWriter(address, task, 200 * MEBIBYTE).firstLine);
      expect(bytes).toBe(200 * MEBIBYTE);
      expect(aboveIdle).toBeLessThan(80 * MEBIBYTE);
    }
  });
}

function breaksOff(it: It, open: () => Promise<Subject>): void {
  for (const length of [1000, LONG]) {
    it(`leaves nothing when content fails after ${length} bytes, and passes on why`, async () => {
      const { storage, leftovers } = await open();
      const { content, reached, fail } = heldContent(length);
      const reason = Object.assign(new Error('pg_dump ended with 1'), { code: 'ENOSPC' });
      const writing = storage.write(KEY, content);
      await reached;
      fail(reason);
      await expect(writing).rejects.toBe(reason);
      expect(await storage.size(KEY)).toBeUndefined();
      expect(await leftovers()).toBe(0);
      expect(await storage.write(KEY, text('anew'))).toMatchObject({ bytes: 4 });
    });

    it(`leaves nothing when it is aborted after ${length} bytes, though its content is stuck`, async () => {
      const { storage, leftovers } = await open();
      const stop = new AbortController();
      const { content, reached } = heldContent(length);
      const writing = storage.write(KEY, content, { signal: stop.signal });
      await reached;
      const reason = new Error('cancelled');
      const startedAt = Date.now();
      stop.abort(reason);
      await expect(writing).rejects.toBe(reason);
      expect(Date.now() - startedAt).toBeLessThan(5000);
      expect(await storage.size(KEY)).toBeUndefined();
      expect(await leftovers()).toBe(0);
    });
  }

  it('reads nothing when it was aborted before', async () => {
    const { storage, leftovers } = await open();
    const { content, state } = heldContent(1000);
    await expect(storage.write(KEY, content, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
    expect(await eventually(() => leftovers().then((count) => count === 0))).toBe(true);
    expect(state.isClosed).toBe(false); // It was never begun.
    expect((await content.next()).done).toBe(true);
  });

  it('leaves nothing under the key when its process is killed, and a sweep removes the rest', async () => {
    const { storage, address, leftovers } = await open();
    await storage.write('backups/planner/whole', text('whole'));
    const writer = startWriter(address, 'stall', LONG);
    expect(await writer.firstLine).toBe('stalled');
    await eventually(async () => (await leftovers()) === 1);
    writer.child.kill('SIGKILL');
    await writer.over;
    expect(await storage.size(KEY)).toBeUndefined();
    expect((await all(storage.list(''))).map(({ key }) => key)).toEqual(['backups/planner/whole']);
    expect(await storage.sweep('backups/', new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await storage.sweep('elsewhere/', SOON())).toBe(0);
    expect(await leftovers()).toBe(1);
    expect(await storage.sweep('backups/', SOON())).toBe(1);
    expect(await leftovers()).toBe(0);
    expect(await textOf(storage.read('backups/planner/whole'))).toBe('whole');
  });
}

function neverReplaces(it: It, open: () => Promise<Subject>): void {
  for (const length of [5, LONG]) {
    it(`is never replaced, by ${length} bytes neither, and the new content is closed unread`, async () => {
      const { storage, leftovers } = await open();
      await storage.write(KEY, text('first'));
      const second = bytesOf(length);
      await expect(storage.write(KEY, second)).rejects.toThrow(AlreadyThereError);
      expect((await second.next()).done).toBe(true);
      expect(await textOf(storage.read(KEY))).toBe('first');
      expect(await leftovers()).toBe(0);
    });
  }

  it('is that of one, when two write it at the same time', async () => {
    const { storage } = await open();
    const writers = ['one', 'two'].map((said) => ({ said, held: heldContent(1000) }));
    const writing = writers.map(({ held }) => storage.write(KEY, held.content));
    await Promise.all(writers.map(({ held }) => held.reached));
    for (const { held } of writers) held.end();
    const ended = await Promise.allSettled(writing);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(lost.reason).toBeInstanceOf(AlreadyThereError);
  });

  it('stays when a long one is written meanwhile', async () => {
    const { storage, leftovers } = await open();
    const { content, reached, end } = heldContent(LONG);
    const writing = storage.write(KEY, content);
    await reached;
    await storage.write(KEY, text('first'));
    end();
    await expect(writing).rejects.toThrow(AlreadyThereError);
    expect(await textOf(storage.read(KEY))).toBe('first');
    expect(await leftovers()).toBe(0);
  });
}

function findsAndRemoves(it: It, open: () => Promise<Subject>): void {
  it('says when there is none', async () => {
    const { storage } = await open();
    expect(await storage.size(KEY)).toBeUndefined();
    expect(await all(storage.list('backups/'))).toEqual([]);
    await expect(textOf(storage.read(KEY))).rejects.toThrow(NotThereError);
    expect(await storage.remove([KEY])).toEqual({ removed: [KEY], failed: [] });
    expect(await storage.sweep('', SOON())).toBe(0);
  });

  it('may be broken off, by whoever reads and by a signal', async () => {
    const { storage } = await open();
    await storage.write(KEY, bytesOf(LONG));
    for await (const chunk of storage.read(KEY)) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    const stop = new AbortController();
    const readAll = async () => {
      for await (const _ of storage.read(KEY, { signal: stop.signal })) stop.abort(new Error('enough'));
    };
    await expect(readAll()).rejects.toThrow();
  });

  it('lists everything that begins so, with its size and time', async () => {
    const { storage } = await open();
    const keys = ['backups/a/1', 'backups/a/2', 'backups/ab/1', 'backups/b', 'other/a'];
    for (const key of keys) await storage.write(key, text(key));
    const listed = async (prefix: string) => (await all(storage.list(prefix))).map(({ key }) => key).sort();
    expect(await listed('')).toEqual(keys);
    expect(await listed('backups/a')).toEqual(['backups/a/1', 'backups/a/2', 'backups/ab/1']);
    expect(await listed('backups/a/')).toEqual(['backups/a/1', 'backups/a/2']);
    expect(await listed('none/')).toEqual([]);
    const [one] = await all(storage.list('other/'));
    expect(one).toMatchObject({ key: 'other/a', bytes: 7 });
    expect(Math.abs(Number(one?.modifiedAt) - Date.now())).toBeLessThan(60_000);
  });

  it('lists and removes many', async () => {
    const { storage, fill } = await open();
    const keys = Array.from({ length: 120 }, (_, number) => `backups/many/${number}`);
    await fill([...keys, 'backups/more']);
    const listed = (await all(storage.list('backups/many/'))).map(({ key }) => key);
    expect(listed.sort()).toEqual(keys.toSorted());
    const { removed, failed } = await storage.remove(keys);
    expect([removed.length, failed]).toEqual([120, []]);
    expect((await all(storage.list(''))).map(({ key }) => key)).toEqual(['backups/more']);
  });
}

function namesPlainly(it: It, open: () => Promise<Subject>): void {
  const BAD = ['', '/etc/passwd', '../out', 'a/../../out', 'a/./b', 'a//b', 'a/', 'a\\b', 'a\nb', 'a\0b', 'a.partial'];

  it('that leaves the storage, or is none, is refused by every call', async () => {
    const { storage } = await open();
    for (const key of [...BAD, 'x'.repeat(300), `${'long/'.repeat(200)}x`]) {
      await expect(storage.write(key, text('bad'))).rejects.toThrow(UserError);
      await expect(textOf(storage.read(key))).rejects.toThrow(UserError);
      await expect(storage.size(key)).rejects.toThrow(UserError);
      await expect(storage.remove(['fine', key])).rejects.toThrow(UserError);
    }
    expect(await all(storage.list(''))).toEqual([]);
  });

  it('may hold spaces, signs and letters of any language', async () => {
    const { storage } = await open();
    const keys = ['backups/caf%C3%A9/1', 'b/é ü+&=?#%20’.sql', 'b/Ж/空港 (1).dump', '.hidden', 'a/..b', '...'];
    for (const key of keys) await storage.write(key, text(key));
    expect((await all(storage.list(''))).map(({ key }) => key).sort()).toEqual(keys.toSorted());
    for (const key of keys) expect(await textOf(storage.read(key))).toBe(key);
    expect((await storage.remove(keys)).failed).toEqual([]);
    expect(await all(storage.list(''))).toEqual([]);
  });
}

type Writer = { child: ChildProcess; firstLine: Promise<string>; over: Promise<unknown> };

function startWriter(address: Address, task: 'write' | 'read' | 'stall', length: number): Writer {
  const script = join(PROJECT_ROOT, 'test/contracts/storage-writer.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(address), task, KEY, String(length)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const over = once(child, 'close');
  const firstLine = Promise.race([
    once(child.stdout, 'data').then(([bytes]) => String(bytes).trim()),
    over.then(() => 'it ended'),
  ]);
  return { child, firstLine, over };
}
