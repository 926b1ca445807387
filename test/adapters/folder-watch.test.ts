import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { watchFolder } from '../../src/adapters/folder-watch.ts';
import { packFolder } from '../../src/adapters/packed-folder.ts';

const now = vi.hoisted(() => ({ looks: 0, mostLooks: 0, stats: 0, mostStats: 0, lookMs: 0 }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    opendir: async (path: string) => {
      const folder = await real.opendir(path);
      now.looks += 1;
      now.mostLooks = Math.max(now.mostLooks, now.looks);
      await new Promise((done) => setTimeout(done, now.lookMs));
      const entries = async function* () {
        try {
          yield* folder;
        } finally {
          now.looks -= 1;
        }
      };
      return entries();
    },
    stat: async (path: string) => {
      now.stats += 1;
      now.mostStats = Math.max(now.mostStats, now.stats);
      return real.stat(path).finally(() => {
        now.stats -= 1;
      });
    },
  };
});

const FILES = 10_000;
const MOST_MIB = 60;
const home = mkdtempSync(join(tmpdir(), 'capops-many-'));
const folder = join(home, 'dump');

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'toc.dat'), 'toc');
  for (let n = 1; n < FILES; n++) writeFileSync(join(folder, `blob_${n}.dat`), 'x');
});
afterAll(() => rmSync(home, { recursive: true }));

describe('a folder of very many files', () => {
  test('is looked at once at a time, however long a look takes, and rested from', async () => {
    now.lookMs = 600;
    const told: number[] = [];
    const watch = watchFolder(folder, (bytes) => told.push(bytes));
    await vi.waitFor(() => expect(told).toEqual([FILES + 2]), { timeout: 15_000 });
    await sleep(800);
    watch.stop();
    expect(now).toMatchObject({ looks: 0, mostLooks: 1, mostStats: 1 });
    expect(told).toHaveLength(1);
  });

  test('is watched no more once that is over, in the middle of a look too', async () => {
    now.lookMs = 100;
    const told: number[] = [];
    const watch = watchFolder(folder, (bytes) => told.push(bytes));
    await vi.waitFor(() => expect(now.looks).toBe(1), { timeout: 5000, interval: 10 });
    watch.stop();
    await vi.waitFor(() => expect(now.looks).toBe(0), { timeout: 5000 });
    expect(told).toEqual([]);
  });

  test('is packed with little memory', async () => {
    const { rss } = process.memoryUsage;
    const idle = rss();
    let highest = idle;
    const watching = setInterval(() => {
      highest = Math.max(highest, rss());
    }, 5);
    const archive = createWriteStream('/dev/null');
    let bytes = 0;
    for await (const chunk of packFolder(folder)) {
      bytes += chunk.length;
      archive.write(chunk);
    }
    clearInterval(watching);
    archive.end();
    expect(bytes).toBe(FILES * 1024 + 1024);
    expect((highest - idle) / 2 ** 20).toBeLessThan(MOST_MIB);
  });
});
