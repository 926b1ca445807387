import { describe, expect, test } from 'vitest';
import { chooseFormat, type FormatQuestion } from '../../src/domain/backup-choice.ts';

const question = (inspection: Partial<FormatQuestion['inspection']>, more: Partial<FormatQuestion> = {}) => ({
  inspection: { sizeBytes: 40e9, hasManyLargeObjects: false, jobs: 4, roomBytes: 100e9, ...inspection },
  lastBytes: undefined,
  isEncrypted: false,
  ...more,
});
const STREAM = { format: 'custom', compression: 'zstd', isEncrypted: false };
const FOLDER = { format: 'directory', compression: 'none', isEncrypted: false };

describe('A backup that nobody asked for in another format', () => {
  test('is dumped by several sessions where the database is large and the disk has room', () => {
    expect(chooseFormat(question({}))).toEqual({
      format: FOLDER,
      because:
        '4 sessions at once: the database has 40.0 GB, more than 10.0 GB (parallel_above in capops.yml), and the disk of BACKUP_DIR has room for it.',
    });
  });

  test.each<[string, FormatQuestion]>([
    ['One session: the database has 10.0 GB; several are worth it above 10.0 GB', question({ sizeBytes: 10e9 })],
    [
      'One session: the database has 40.0 GB; several are worth it above 1.0 TB',
      question({}, { parallelAboveBytes: 1e12 }),
    ],
    [
      'One session: parallel_above in capops.yml says never.',
      question({}, { parallelAboveBytes: Number.POSITIVE_INFINITY }),
    ],
    ['but this machine has one processor alone.', question({ jobs: 1 })],
    ['but over a thousand large objects, of which several write a file each.', question({ hasManyLargeObjects: true })],
    ['several need about 40.0 GB of room on the disk of BACKUP_DIR, which has 39.0 GB.', question({ roomBytes: 39e9 })],
  ])('is one stream otherwise, and says so: %s', (because, asked) => {
    const chosen = chooseFormat(asked);
    expect(chosen.format).toEqual(STREAM);
    expect(chosen.because).toContain(because);
  });

  test('needs the room of the last one twice, and thrice where it is to be encrypted', () => {
    const formatAt = (roomBytes: number, isEncrypted: boolean) =>
      chooseFormat(question({ roomBytes }, { lastBytes: 15e9, isEncrypted })).format;
    expect([formatAt(29e9, false), formatAt(30e9, false)]).toEqual([STREAM, FOLDER]);
    const encrypted = { isEncrypted: true };
    expect([formatAt(44e9, true), formatAt(45e9, true)]).toEqual([
      { ...STREAM, ...encrypted },
      { ...FOLDER, ...encrypted },
    ]);
  });
});
