import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { openWorkFolder, sweepWorkFolders } from '../../src/adapters/work-folder.ts';

const parent = mkdtempSync(join(tmpdir(), 'capops-parent-'));
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** As it looks to those that share the drive from another machine. */
function moveAway(folder: string): void {
  const owner = join(folder, 'owner.json');
  writeFileSync(owner, JSON.stringify({ ...JSON.parse(readFileSync(owner, 'utf8')), machine: 'another' }));
}

afterEach(() => void vi.useRealTimers());
afterAll(() => rmSync(parent, { recursive: true }));

describe('A work folder', () => {
  test('of another machine is left alone while it is heard of, however long its work takes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const folder = await openWorkFolder(parent);
    moveAway(folder.path);
    utimesSync(folder.path, ago(20), ago(20));
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(statSync(folder.path).mtime.getTime()).toBeGreaterThan(ago(1).getTime()));
    await sweepWorkFolders(parent);
    expect(existsSync(folder.path)).toBe(true);
    utimesSync(folder.path, ago(14), ago(14));
    await sweepWorkFolders(parent);
    expect(existsSync(folder.path)).toBe(true);
    folder.end();
    expect(existsSync(folder.path)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('of another machine goes once it was silent for a quarter of an hour', async () => {
    const folder = await openWorkFolder(parent);
    moveAway(folder.path);
    utimesSync(folder.path, ago(16), ago(16));
    await sweepWorkFolders(parent);
    expect(existsSync(folder.path)).toBe(false);
    folder.end();
  });

  test('of very many files is removed while everything else goes on', async () => {
    const folder = await openWorkFolder(parent);
    for (let n = 0; n < 300; n++) writeFileSync(join(folder.path, String(n)), '');
    let others = 0;
    const other = setInterval(() => {
      others += 1;
    }, 1);
    await folder.clear();
    clearInterval(other);
    expect(others).toBeGreaterThan(0);
    expect(existsSync(folder.path)).toBe(false);
  });

  test('of this process stays, however old it is', async () => {
    const folder = await openWorkFolder(parent);
    utimesSync(folder.path, ago(600), ago(600));
    await sweepWorkFolders(parent);
    expect(existsSync(folder.path)).toBe(true);
    folder.end();
  });
});
