import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLogFile } from '../../src/adapters/log-source-file.ts';
import { summariseLogs } from '../../src/ops/logs/summarise-logs.ts';
import type { Ports } from '../../src/ports.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const SINCE = new Date('2026-11-22T00:00:00Z');
const OLD = new Date('2026-11-21T10:00:00Z');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capops-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name = 'app.log') => join(folder, name);
const line = (hour: number, words: string) => `2026-11-22T${String(hour).padStart(2, '0')}:00:00Z ${words}\n`;
const yesterday = (words: string) => `2026-11-21T10:00:00Z ${words}\n`;

async function summary(mostBytes?: number) {
  const source = openLogFile({ name: 'api', file: path() }, mostBytes);
  const ports = { openLogs: async () => [source], clock: { now: () => NOW } } as unknown as Ports;
  const [found] = await summariseLogs(ports, SINCE);
  return found;
}

describe('the errors of a log file', () => {
  test('are those since the moment, by kind', async () => {
    writeFileSync(path(), yesterday('ERROR old') + line(1, 'ERROR user 1') + line(2, 'INFO') + line(3, 'ERROR user 2'));
    expect(await summary()).toEqual({
      name: 'api',
      total: 2,
      undated: 0,
      isPartial: false,
      kinds: [{ kind: 'ERROR user <n>', count: 2, newest: '2026-11-22T03:00:00Z ERROR user 2' }],
    });
  });

  test('are read from the end: what lies far before the moment is not touched', async () => {
    writeFileSync(path(), yesterday(`INFO ${'x'.repeat(200)}`).repeat(30_000) + line(1, 'ERROR x'));
    const lines: string[] = [];
    const { isPartial } = await openLogFile({ name: 'api', file: path() }).read({ since: SINCE, now: NOW }, (one) =>
      lines.push(one),
    );
    expect(lines.at(-1)).toContain('ERROR x');
    expect(lines.length).toBeLessThan(5000);
    expect(isPartial).toBe(false);
  });

  test('where there is too much, the newest part is read, and it is said', async () => {
    writeFileSync(path(), line(1, 'ERROR x').repeat(50_000));
    const found = await summary(100_000);
    expect(found).toMatchObject({ isPartial: true });
    expect(found?.total).toBeGreaterThan(3400);
    expect(found?.total).toBeLessThan(3500);
  });

  test('after a rotation, the earlier files count as far as they reach back, packed ones too', async () => {
    writeFileSync(path('app.log.3'), 'ERROR never read\n');
    utimesSync(path('app.log.3'), OLD, OLD);
    writeFileSync(path('app.log.2.gz'), gzipSync(yesterday('ERROR old') + line(1, 'ERROR x')));
    writeFileSync(path('app.log.1'), line(2, 'ERROR x') + line(3, 'ERROR x'));
    writeFileSync(path(), line(4, 'ERROR x'));
    expect(await summary()).toMatchObject({ total: 4, kinds: [{ count: 4, newest: '2026-11-22T04:00:00Z ERROR x' }] });
  });

  test('a file that is rotated just now, and there under both names, counts once', async () => {
    writeFileSync(path(), line(1, 'ERROR x'));
    linkSync(path(), path('app.log.1'));
    expect(await summary()).toMatchObject({ total: 1 });
  });

  test('a file that was emptied, or is written to meanwhile, is read as it is', async () => {
    writeFileSync(path(), line(1, 'ERROR x').repeat(100));
    truncateSync(path());
    expect(await summary()).toMatchObject({ total: 0, isPartial: false });
    appendFileSync(path(), line(2, 'ERROR x'));
    expect(await summary()).toMatchObject({ total: 1 });
    renameSync(path(), path('app.log.1'));
    writeFileSync(path(), '');
    expect(await summary()).toMatchObject({ total: 1 });
  });

  test('a line without an end, of whatever length, in whatever bytes, is no trouble', async () => {
    const junk = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]);
    const long = Buffer.from(line(1, `ERROR ${'✈'.repeat(3_000_000)}`));
    writeFileSync(
      path(),
      Buffer.concat([
        junk,
        Buffer.from('\r\n'),
        long,
        Buffer.from(line(2, 'ERROR y\r')),
        Buffer.from('2026-11-22T03:00:00Z ERROR z'),
      ]),
    );
    const found = await summary();
    expect(found?.kinds.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(JSON.stringify(found).length).toBeLessThan(3000);
    const lengths: number[] = [];
    const source = openLogFile({ name: 'api', file: path() });
    await source.read({ since: SINCE, now: NOW }, (one) => lengths.push(one.length));
    expect(Math.max(...lengths)).toBe(16_384);
  });

  test('memory stays flat over 60 MB', async () => {
    writeFileSync(path(), line(1, `ERROR user ${'x'.repeat(400)} 1`).repeat(140_000));
    globalThis.gc?.();
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const peak = { bytes: 0 };
    const lines = { count: 0 };
    await openLogFile({ name: 'api', file: path() }).read({ since: SINCE, now: NOW }, () => {
      lines.count += 1;
      if (lines.count % 5000 === 0)
        peak.bytes = Math.max(peak.bytes, process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before);
    });
    expect(lines.count).toBe(140_000);
    expect(peak.bytes).toBeLessThan(55e6);
  });

  test.each<[string, () => void, string]>([
    ['is not there', () => undefined, 'There is no such file.'],
    ['is a folder', () => mkdirSync(path()), 'It is a folder.'],
    [
      'has a damaged part',
      () => {
        writeFileSync(path(), line(1, 'ERROR x'));
        writeFileSync(path('app.log.1.gz'), 'no gzip');
      },
      'It is damaged.',
    ],
  ])('one that %s is told as such', async (_, prepare, why) => {
    prepare();
    expect(await summary()).toMatchObject({ total: 0, unreadable: why });
  });

  test('one that CapOps may not read is told as such', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('needs to be run by somebody who is not root: root may read everything');
    writeFileSync(path(), '');
    chmodSync(path(), 0);
    expect(await summary()).toMatchObject({ unreadable: 'CapOps may not read it.' });
  });

  test('without any log there is nothing', async () => {
    expect(await summariseLogs({ clock: { now: () => NOW } } as unknown as Ports, SINCE)).toEqual([]);
  });
});
