import { describe, expect, test } from 'vitest';
import { backupFolder, backupKey, keyOfManifest, manifestKey, readBackupKey } from '../../src/domain/backup-name.ts';

const takenAt = new Date('2026-11-22T02:00:00.987Z');
const format = { format: 'custom', compression: 'zstd', isEncrypted: false } as const;

describe('A backup’s name', () => {
  test('says whose, of when, why and how', () => {
    expect(backupKey({ database: 'planner', takenAt, kind: 'nightly', format })).toBe(
      'backups/planner/2026-11-22T02-00-00Z-nightly.dump.zst',
    );
    expect(
      backupKey({ database: 'planner', takenAt, kind: 'pre-rollback', format: { ...format, isEncrypted: true } }),
    ).toBe('backups/planner/2026-11-22T02-00-00Z-pre-rollback.dump.zst.age');
  });

  test.each(['planner', 'Ünï "q" 🙂', 'a/b', '..', '.', "it's", '100%', 'a b~c*', 'pläne_1.x-y'])(
    'is a path of three parts and tells the database again: %s',
    (database) => {
      const key = backupKey({ database, takenAt, kind: 'manual', format });
      expect(key).toMatch(/^backups\/[A-Za-z0-9._%-]+\/[A-Za-z0-9.-]+$/);
      expect(key.split('/')[1]).not.toMatch(/^\.+$/);
      expect(key.startsWith(backupFolder(database))).toBe(true);
      expect(readBackupKey(key)).toEqual({
        database,
        takenAt: new Date('2026-11-22T02:00:00Z'),
        kind: 'manual',
        format,
      });
    },
  );

  test('leads to its manifest and back', () => {
    const key = backupKey({ database: 'planner', takenAt, kind: 'nightly', format });
    expect(manifestKey(key)).toBe('backups/planner/2026-11-22T02-00-00Z-nightly.dump.zst.manifest.json');
    expect(keyOfManifest(manifestKey(key))).toBe(key);
    expect(keyOfManifest(key)).toBeUndefined();
  });

  test.each([
    'backups/planner/2026-11-22T02-00-00Z-nightly.dump.zst.manifest.json',
    'backups/planner/2026-13-22T02-00-00Z-nightly.dump.zst',
    'backups/planner/2026-02-30T02-00-00Z-nightly.dump.zst',
    'backups/planner/2026-11-22T02-00-00Z-nightly.DUMP.zst',
    'backups/planner/2026-11-22T02-00-00Z-nightly.tar',
    'backups/planner/2026-11-22T02-00-00Z-.dump',
    'backups/planner/sub/2026-11-22T02-00-00Z-nightly.dump',
    'backups/pl%zzanner/2026-11-22T02-00-00Z-nightly.dump',
    'backups/pl%61nner/2026-11-22T02-00-00Z-nightly.dump',
    'planner/2026-11-22T02-00-00Z-nightly.dump',
    'anything.sql',
  ])('is not seen in what CapOps did not make: %s', (key) => {
    expect(readBackupKey(key)).toBeUndefined();
  });

  test('takes a kind of kebab words alone', () => {
    for (const kind of ['Nightly', 'a b', '../x', '', 'a--b', '-a'])
      expect(() => backupKey({ database: 'planner', takenAt, kind, format })).toThrow();
  });
});
