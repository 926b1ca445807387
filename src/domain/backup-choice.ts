import type { DatabaseInspection } from '../ports.ts';
import type { BackupFormat } from './backup-format.ts';
import { showBytes } from './bytes.ts';
import { counted } from './counted.ts';

/** From this size on one session takes long enough for several to be worth their room. */
export const DEFAULT_PARALLEL_ABOVE_BYTES = 10e9;
/** What a database of a gigabyte comes to when it is compressed, at most, as long as nothing better is known. */
const SHARE = 0.5;

/** A format that nobody asked for. */
export interface ChosenFormat {
  readonly format: BackupFormat;
  /** In a sentence. */
  readonly because: string;
}

interface LayoutQuestion {
  readonly inspection: Pick<DatabaseInspection, 'sizeBytes'>;
  /** Of the last good backup in the directory format; undefined: there is none. */
  readonly lastBytes: number | undefined;
}

export interface FormatQuestion extends LayoutQuestion {
  readonly inspection: Pick<DatabaseInspection, 'sizeBytes' | 'hasManyLargeObjects' | 'jobs' | 'roomBytes'>;
  readonly parallelAboveBytes?: number | undefined;
  readonly isEncrypted: boolean;
}

/** One compressed stream: the fastest to make and to restore where there is one session, and without any room on a disk. */
export function streamFormat(isEncrypted: boolean): BackupFormat {
  return { format: 'custom', compression: 'zstd', isEncrypted };
}

/** Several sessions at once where the database is large and the disk has room for what they write; else one stream. */
export function chooseFormat(question: FormatQuestion): ChosenFormat {
  const { inspection, isEncrypted, parallelAboveBytes = DEFAULT_PARALLEL_ABOVE_BYTES } = question;
  const { sizeBytes, hasManyLargeObjects, jobs, roomBytes } = inspection;
  const stream = (because: string) => ({ format: streamFormat(isEncrypted), because: `One session: ${because}` });
  const size = `the database has ${showBytes(sizeBytes)}`;
  const limit = `${showBytes(parallelAboveBytes)} (parallel_above in capops.yml)`;
  if (parallelAboveBytes === Number.POSITIVE_INFINITY) return stream('parallel_above in capops.yml says never.');
  if (sizeBytes <= parallelAboveBytes) return stream(`${size}; several are worth it above ${limit}.`);
  if (jobs < 2) return stream(`${size}, more than ${limit}, but this machine has one processor alone.`);
  if (hasManyLargeObjects) {
    return stream(
      `${size}, more than ${limit}, but over a thousand large objects, of which several write a file each.`,
    );
  }
  const needed = roomNeeded(question);
  if (roomBytes < needed) {
    const room = `several need about ${showBytes(needed)} of room on the disk of BACKUP_DIR, which has ${showBytes(roomBytes)}`;
    return stream(`${size}, more than ${limit}, but ${room}.`);
  }
  return {
    format: { format: 'directory', compression: 'none', isEncrypted },
    because: `${counted(jobs, 'session')} at once: ${size}, more than ${limit}, and the disk of BACKUP_DIR has room for it.`,
  };
}

/** What a dump by several sessions comes to, about. */
export function layoutBytes({ inspection, lastBytes }: LayoutQuestion): number {
  return lastBytes ?? inspection.sizeBytes * SHARE;
}

/**
 * It is laid out, and stands packed beside that or, later, beside what is unpacked to be read. What is encrypted is unpacked to be
 * read while it is still laid out.
 */
function roomNeeded(question: FormatQuestion): number {
  return layoutBytes(question) * (question.isEncrypted ? 3 : 2);
}
