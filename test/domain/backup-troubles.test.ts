import { describe, expect, test } from 'vitest';
import type { BackupSize } from '../../src/domain/backup-shrinkage.ts';
import { type BackupFacts, backupTroubles } from '../../src/domain/backup-troubles.ts';

const NOW = new Date('2026-11-22T06:00:00Z');
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const copy = (role: 'platform' | 'ledger', storage: string, hours: number) => ({
  ...{ role, storage, bytes: 1 },
  takenAt: ago(hours),
});

const stream = (bytes: number, rows = 10): BackupSize => ({ format: 'custom', compression: 'zstd', bytes, rows });
const folder = (bytes: number, rows = 10): BackupSize => ({ format: 'directory', compression: 'none', bytes, rows });

const FINE: BackupFacts = {
  freshest: [copy('platform', 'offsite', 4), copy('ledger', 'offsite', 4)],
  sizes: [{ role: 'platform', last: stream(71), before: [stream(100)] }],
  damaged: [],
  storages: ['offsite'],
  since: ago(1000),
};
const ledger = (last: number, ...before: number[]): Partial<BackupFacts> => ({
  sizes: [{ role: 'ledger', last: stream(last), before: before.map((bytes) => stream(bytes)) }],
});
const words = (facts: Partial<BackupFacts>) =>
  backupTroubles({ ...FINE, ...facts }, { now: NOW, timeZone: 'UTC' }).map((trouble) => trouble.words);

describe('what is wrong with the backups', () => {
  test('is nothing while each database has a fresh one in each storage', () => {
    expect(words({})).toEqual([]);
    expect(words({ freshest: [copy('platform', 'offsite', 26), copy('ledger', 'offsite', 26)] })).toEqual([]);
  });

  test('is one older than 26 hours, in each storage by itself', () => {
    expect(words({ freshest: [copy('platform', 'offsite', 27), copy('ledger', 'offsite', 1)] })).toEqual([
      'The last good backup of the platform’s database in offsite is 27 hours old (21 Nov 2026, 03:00 UTC).',
    ]);
    const freshest = [copy('platform', 'local', 1), copy('ledger', 'local', 1), copy('platform', 'offsite', 49)];
    expect(words({ freshest, storages: ['local', 'offsite'] })).toEqual([
      'The last good backup of the platform’s database in offsite is 2 days old (20 Nov 2026, 05:00 UTC).',
      'There is no good backup of the ledger in offsite.',
    ]);
  });

  test('is one that is not there, but not in the first night', () => {
    expect(words({ freshest: [], since: ago(25) })).toEqual([]);
    expect(words({ freshest: [], since: undefined })).toEqual([]);
    expect(words({ freshest: [], since: ago(27) })).toHaveLength(2);
  });

  test('is a drop by more than 30 %', () => {
    expect(words(ledger(69, 100))).toEqual([
      'The last backup of the ledger is 31 % smaller than the largest of the week before it (69 B after 100 B): look whether data are missing.',
    ]);
    expect(words(ledger(70, 100))).toEqual([]);
    expect(words(ledger(70))).toEqual([]);
  });

  test('is such a drop in the second night too, and the third, until the week has no larger one', () => {
    expect(words(ledger(50, 51, 52, 100))).toEqual([expect.stringContaining('50 % smaller')]);
    expect(words(ledger(50, 51, 52, 53, 54, 55, 56, 57))).toEqual([]);
  });

  test('is a drop in rows where the format is another than before', () => {
    const sizes = (last: BackupSize, ...before: BackupSize[]) => words({ sizes: [{ role: 'platform', last, before }] });
    expect(sizes(stream(900, 600), folder(1000, 1000))).toEqual([
      expect.stringContaining('40 % smaller than the largest of the week before it (600 rows after 1,000 rows)'),
    ]);
    expect(sizes(stream(600, 900), folder(1000, 1000))).toEqual([]);
    expect(sizes(stream(400, 900), folder(1000, 1000))).toEqual([expect.stringContaining('(400 B after 1.0 KB)')]);
    expect(sizes(stream(100), { ...stream(1000), format: 'plain', compression: 'none' })).toEqual([]);
  });

  test('is a copy that was found damaged', () => {
    const damaged = [{ id: 'ab12cd34-0000', storage: 'local', fault: 'Its end is missing.' }];
    expect(words({ damaged })).toEqual(['Backup ab12cd34 is damaged in local. Its end is missing.']);
  });
});
