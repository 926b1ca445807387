import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { layOut } from '../../src/adapters/restore-layout.ts';

const MEBIBYTE = 2 ** 20;
const UNKNOWN = { database: undefined, serverVersion: undefined, pgDumpVersion: undefined };
const STAGING = {
  identity: { format: 'directory', compression: 'none', isEncrypted: false, ...UNKNOWN },
  programs: { pgBin: undefined, environment: {} },
} as const;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'capops-layout-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
});

function dumpOf(bytes: number): { name: string; path: string } {
  const path = join(home, 'dump');
  mkdirSync(path);
  writeFileSync(join(path, '1.dat'), Buffer.alloc(bytes, 'x'));
  return { name: 'dump', path };
}

describe('a folder is laid out', () => {
  test('file by file', async () => {
    const target = join(home, 'laid out');
    expect(await layOut(dumpOf(100_000), target, { ...STAGING, request: {} })).toBe(true);
    expect(readFileSync(join(target, '1.dat'))).toEqual(Buffer.alloc(100_000, 'x'));
  });

  test('no further once that is cancelled', async () => {
    const target = join(home, 'laid out');
    const request = { signal: AbortSignal.abort(new Error('cancelled')) };
    await expect(layOut(dumpOf(10), target, { ...STAGING, request })).rejects.toThrow('cancelled');
    expect(readdirSync(target)).toEqual([]);
  });

  test('as far as the disk keeps room for everybody else, however large a file is', async ({ skip }) => {
    const small = join(home, 'small');
    mkdirSync(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', small]).status !== 0) skip('needs root');
    onTestFinished(() => void spawnSync('umount', [small]));
    const large = dumpOf(31.5 * MEBIBYTE);
    expect(await layOut(large, join(small, 'dump'), { ...STAGING, request: {} })).toBe(false);
  });
});
