import type { BackupFacts } from '../../domain/backup-troubles.ts';
import { damagedCopies, freshestCopies, recentSizes } from '../../models/backup-freshness.ts';
import { ScheduleTiming } from '../../models/schedule-state.ts';
import type { Ports, ScheduleEntry } from '../../ports.ts';

/** The entry of the schedule that makes backups; undefined: none does. */
export function nightlyEntry({ settings }: Pick<Ports, 'settings'>): ScheduleEntry | undefined {
  return settings.policy?.schedule.find(({ operation }) => operation === 'nightly-backup');
}

/** What the catalogue says of the backups now. */
export async function backupFacts(
  { databases, clock, settings }: Pick<Ports, 'databases' | 'clock' | 'settings'>,
  entry: ScheduleEntry | undefined,
): Promise<BackupFacts> {
  const { ledger } = databases;
  const now = clock.now();
  const storage = settings.backups?.storage ?? 'local';
  const [freshest, sizes, damaged, since] = await Promise.all([
    freshestCopies(ledger, now),
    recentSizes(ledger, now),
    damagedCopies(ledger),
    entry ? ScheduleTiming.since(ledger, [entry], now) : new Map<string, Date>(),
  ]);
  const storages = storage === 'both' ? ['local', 'offsite'] : [storage];
  return { freshest, sizes, damaged, storages, since: entry && since.get(entry.name) };
}
