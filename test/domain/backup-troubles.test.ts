import { describe, expect, test } from 'vitest';
import { type BackupFacts, backupTroubles } from '../../src/domain/backup-troubles.ts';

const NOW = new Date('2026-11-22T06:00:00Z');
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const copy = (role: 'platform' | 'ledger', storage: string, hours: number) => ({
  ...{ role, storage, bytes: 1 },
  takenAt: ago(hours),
});

const FINE: BackupFacts = {
  freshest: [copy('platform', 'offsite', 4), copy('ledger', 'offsite', 4)],
  sizes: [{ role: 'platform', bytes: 71, before: 100 }],
  damaged: [],
  storages: ['offsite'],
  since: ago(1000),
};
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
    expect(words({ sizes: [{ role: 'ledger', bytes: 69, before: 100 }] })).toEqual([
      'The last backup of the ledger is 31 % smaller than the one before it (69 B after 100 B): look whether data are missing.',
    ]);
    expect(words({ sizes: [{ role: 'ledger', bytes: 70, before: 100 }] })).toEqual([]);
  });

  test('is a copy that was found damaged', () => {
    const damaged = [{ id: 'ab12cd34-0000', storage: 'local', fault: 'Its end is missing.' }];
    expect(words({ damaged })).toEqual(['Backup ab12cd34 is damaged in local. Its end is missing.']);
  });
});
