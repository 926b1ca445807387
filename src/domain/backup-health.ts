import type { DiskSight, MigrationsSight, Sight } from '../ports.ts';
import { ageWords } from './age-words.ts';
import { type BackupFacts, type BackupTrouble, backupTroubles, type FreshCopy } from './backup-troubles.ts';
import { showBytes } from './bytes.ts';
import { counted } from './counted.ts';
import { showTime } from './end-date.ts';
import type { HealthFinding } from './health.ts';
import { finding } from './health-finding.ts';
import type { Moment } from './moment.ts';

/** What is known of the backups, and whether any are made by themselves. */
export type BackupSight = Sight<BackupFacts & { readonly isScheduled: boolean }>;

const UNKNOWN = 'Not known while the ledger does not answer';
const LIST = 'List the backups, look at the log of the last nightly run, and make one now.';
const UNSCHEDULED_OLD_MS = 26 * 3_600_000;

/** How old the newest good backup of the platform's database is, and what is wrong with the backups. */
export function judgeBackups(sight: BackupSight, moment: Moment): HealthFinding {
  if (!sight.isAnswered)
    return finding('backup', 'note', sight.because === 'failed' ? 'It could not be looked up' : UNKNOWN);
  const newest = newestOf(sight.freshest);
  const details = sight.freshest.map(
    (copy) => [`Newest of ${copy.role}, ${copy.storage}`, copyWords(copy, moment)] as const,
  );
  const [worst, ...others] = troublesOf(sight, moment);
  if (worst) {
    const rest = others.length > 0 ? ` And ${counted(others.length, 'thing')} more.` : '';
    const state = worst.name.startsWith('old ') ? 'unhealthy' : 'degraded';
    return finding('backup', state, `${worst.words}${rest}`, { next: LIST, details });
  }
  if (!newest) return finding('backup', 'note', 'None yet', { next: firstWords(sight) });
  const says = copyWords(newest, moment);
  if (sight.isScheduled || moment.now.getTime() - newest.takenAt.getTime() < UNSCHEDULED_OLD_MS) {
    return finding('backup', 'healthy', says, { details });
  }
  const next = 'A section backups in capops.yml has one made every night.';
  return finding('backup', 'note', `${says}; none is scheduled`, { next, details });
}

/** Where none is scheduled, only what is damaged counts. */
function troublesOf(facts: BackupFacts & { isScheduled: boolean }, moment: Moment): BackupTrouble[] {
  const troubles = backupTroubles(facts, moment);
  return facts.isScheduled ? troubles : troubles.filter(({ name }) => name.startsWith('damaged '));
}

function firstWords({ isScheduled }: { isScheduled: boolean }): string {
  if (isScheduled) return 'The first is made tonight by itself, or now if you ask for one.';
  return 'Make one now; a section backups in capops.yml has one made every night.';
}

function copyWords({ takenAt, bytes }: FreshCopy, { now, timeZone }: Moment): string {
  return `${ageWords(takenAt, now)} old (${showTime(takenAt, timeZone)}, ${showBytes(bytes)})`;
}

function newestOf(copies: readonly FreshCopy[]): FreshCopy | undefined {
  return copies.filter(({ role }) => role === 'platform').sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())[0];
}

/** Whether the disk has room for the next backups: once what the newest ones take is the least, twice is enough. */
export function judgeDisk(
  sight: Sight<DiskSight>,
  { backups, isUsed }: { backups: BackupSight; isUsed: boolean },
): HealthFinding {
  if (!sight.isAnswered) {
    const next = 'Look whether the folder of backups (BACKUP_DIR) is there, and may be read.';
    return finding('disk', isUsed ? 'degraded' : 'note', 'It could not be looked at', { next });
  }
  const { freeBytes, totalBytes } = sight;
  const says = `${showBytes(freeBytes)} free of ${showBytes(totalBytes)}`;
  if (!isUsed) return finding('disk', 'note', `${says}; backups go off site`);
  const nightBytes = backups.isAnswered ? bytesOfANight(backups.freshest) : 0;
  const needs = `${says}, and the last backups took ${showBytes(nightBytes)}`;
  const next = 'Make room on that disk, or let /capops prune remove backups that no rule keeps.';
  if (freeBytes < nightBytes) return finding('disk', 'unhealthy', `${needs}: the next ones have no room`, { next });
  if (freeBytes < 2 * nightBytes) return finding('disk', 'degraded', `${needs}: room for one night only`, { next });
  return finding('disk', 'healthy', says);
}

/** The newest of each database, together. */
function bytesOfANight(copies: readonly FreshCopy[]): number {
  const largest = (role: string) =>
    Math.max(0, ...copies.filter((copy) => copy.role === role).map(({ bytes }) => bytes));
  return largest('platform') + largest('ledger');
}

/** CapOps' own migrations. */
export function judgeMigrations(sight: Sight<MigrationsSight>): HealthFinding {
  if (!sight.isAnswered) {
    if (sight.because !== 'failed') return finding('migrations', 'note', 'Not known while a database does not answer');
    const says = sight.sentence ?? 'They could not be looked at';
    return finding('migrations', 'degraded', says, { next: 'CapOps’ log has the reason.' });
  }
  const { platform, ledger } = sight;
  const pending = [...platform, ...(ledger === 'missing' ? ['the ledger’s database itself'] : ledger)];
  if (pending.length === 0) return finding('migrations', 'healthy', 'None pending');
  const details = pending.map((name) => ['Pending', name] as const);
  const next = 'Run pnpm db:migrate, then start CapOps again.';
  return finding('migrations', 'degraded', `${pending.length} pending`, { next, details });
}
