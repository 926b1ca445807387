import type { ContainerLine, DiskSight, SizeSight } from '../ports.ts';
import { showBytes } from './bytes.ts';
import type { Step } from './diagnosis.ts';
import { type DiagnosisFacts, isDatabaseService } from './diagnosis-facts.ts';

const NAMED = { name: 'disk', label: 'Disk' };
const FULL_BELOW = 0.01;
const LOW_BELOW = 0.1;
const NO_SPACE = /No space left on device|could not extend file|\b53100\b|disk full/i;
const ROOM =
  'Make room on the disk of the database: delete what is not PostgreSQL’s, or make the disk larger. Delete nothing in its data folder.';
const FULL = { cause: 'The disk of the database is full.', next: ROOM, rank: 1 };

/** What is known of the disks of the database and of the backups. PostgreSQL itself cannot say what is free. */
export function diskStep({ platform, docker, disk }: DiagnosisFacts, failed: Step | undefined): Step {
  const line = docker?.isSeen
    ? docker.logs
        .flatMap(({ service, lines }) => (isDatabaseService(service, docker.containers) ? lines : []))
        .findLast(saysFull)
    : undefined;
  const size = platform.asked?.size;
  const seen = size?.isAnswered ? size : undefined;
  const backups = disk?.isAnswered ? disk : undefined;
  const says = [
    ...(seen ? [`The database has ${showBytes(seen.databaseBytes)}`] : []),
    ...(seen?.disk ? [`${showBytes(seen.disk.freeBytes)} free on its disk`] : []),
    ...(backups ? [`${showBytes(backups.freeBytes)} free for backups`] : []),
  ].join('; ');
  if (line && !answersFine(platform.select))
    return { ...NAMED, state: 'wrong', says: 'Full, as its log says', ...FULL };
  if (seen?.disk && isBelow(seen.disk, FULL_BELOW)) return { ...NAMED, state: 'wrong', says, ...FULL };
  if (line)
    return {
      ...NAMED,
      state: 'look',
      says: `${says}; its log has said that it was full`,
      cause: 'The disk of the database was full lately.',
      next: ROOM,
    };
  return judged({ seen, backups, says }, failed);
}

function judged(
  { seen, backups, says }: { seen: SizeSight | undefined; backups: DiskSight | undefined; says: string },
  failed: Step | undefined,
): Step {
  const low = 'Make room before it is full.';
  if (seen?.disk && isBelow(seen.disk, LOW_BELOW)) {
    return { ...NAMED, state: 'look', says, cause: 'The disk of the database is almost full.', next: ROOM };
  }
  if (backups && isBelow(backups, FULL_BELOW)) {
    return {
      ...NAMED,
      state: 'look',
      says,
      cause: 'The disk of the backups is almost full.',
      next: `${low} “prune” removes what no rule keeps.`,
    };
  }
  if (seen?.disk) return { ...NAMED, state: 'ok', says };
  const unknown = failed
    ? 'What is free for the database is not known'
    : 'What is free for it, PostgreSQL does not say';
  return { ...NAMED, state: 'note', says: [says, unknown].filter(Boolean).join('; ') };
}

function saysFull({ text }: ContainerLine): boolean {
  return NO_SPACE.test(text);
}

function answersFine(sight: { readonly isAnswered: boolean } | undefined): boolean {
  return sight?.isAnswered === true;
}

function isBelow({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }, part: number): boolean {
  return totalBytes > 0 && freeBytes < part * totalBytes;
}
