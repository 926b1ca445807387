import type { DiskSight, SizeSight } from '../ports.ts';
import { showBytes } from './bytes.ts';
import type { Step } from './diagnosis.ts';
import { type DiagnosisFacts, isDatabaseService } from './diagnosis-facts.ts';
import { recentLines } from './diagnosis-logs.ts';
import { FULL_DISK } from './diagnosis-refusals.ts';

const NAMED = { name: 'disk', label: 'Disk' };
const FULL_BELOW = 0.01;
const LOW_BELOW = 0.1;
const NO_SPACE = /No space left on device|could not extend file|\b53100\b|disk full/i;

interface Seen {
  readonly size: SizeSight | undefined;
  readonly backups: DiskSight | undefined;
}

/** What is known of the disks of the database and of the backups. PostgreSQL itself cannot say what is free. */
export function diskStep(facts: DiagnosisFacts): Step {
  const { platform, disk } = facts;
  const size = platform.asked?.size;
  const seen = { size: size?.isAnswered ? size : undefined, backups: disk?.isAnswered ? disk : undefined };
  const says = wordsOn(seen);
  const wasFull = hasSaidFull(facts);
  if (wasFull && !platform.select?.isAnswered)
    return { ...NAMED, state: 'wrong', says: 'Full, as its log says', ...FULL_DISK };
  if (part(seen.size?.disk) < FULL_BELOW) return { ...NAMED, state: 'wrong', says, ...FULL_DISK };
  const cause = wasFull ? 'The disk of the database was full a short while ago.' : lowOn(seen);
  if (cause !== undefined) return { ...NAMED, state: 'look', says, cause, next: FULL_DISK.next };
  if (part(seen.backups) < FULL_BELOW) {
    const next = 'Make room for backups before it is full: “prune” removes what no rule keeps.';
    return { ...NAMED, state: 'look', says, cause: 'The disk of the backups is almost full.', next };
  }
  return { ...NAMED, state: seen.size?.disk ? 'ok' : 'note', says };
}

function lowOn({ size }: Seen): string | undefined {
  return part(size?.disk) < LOW_BELOW ? 'The disk of the database is almost full.' : undefined;
}

/** `1.2 GB database, 40 GB left for it; 75 GB left for backups`. */
function wordsOn({ size, backups }: Seen): string {
  const taken = size ? `${showBytes(size.databaseBytes)} database, ` : '';
  const left = size?.disk ? `${showBytes(size.disk.freeBytes)} left for it` : 'what is left for it is not known';
  const own = taken === '' ? 'What is left for the database is not known' : `${taken}${left}`;
  return backups ? `${own}; ${showBytes(backups.freeBytes)} left for backups` : own;
}

function hasSaidFull({ docker, around }: DiagnosisFacts): boolean {
  if (!docker?.isSeen) return false;
  return recentLines(docker, around).some(
    ({ service, text }) => isDatabaseService(service, docker.containers) && NO_SPACE.test(text),
  );
}

/** How much of it is free; all of it where that is not known. */
function part(disk: DiskSight | undefined): number {
  return disk && disk.totalBytes > 0 ? disk.freeBytes / disk.totalBytes : 1;
}
