import { UserError } from '../errors.ts';
import type { BackupDesk, BackupStorage, DumpSource, Ports } from '../ports.ts';

/** What backups are made with. Throws where this process was given nothing for it. */
export async function openBackupDesk({ openBackups }: Pick<Ports, 'openBackups'>): Promise<BackupDesk> {
  if (!openBackups) throw new Error('this process was composed without backups');
  return openBackups();
}

/** Where backups go that nobody sends elsewhere: off site, where there is such a place. */
export function usualStorage({ offsite, local }: BackupDesk): BackupStorage {
  return offsite ?? local;
}

/** Throws UserError where no place off site is configured. */
export function offsiteStorage({ offsite }: BackupDesk): BackupStorage {
  if (offsite) return offsite;
  throw new UserError('No storage off site is configured. An admin sets S3_BUCKET and its keys; README.md says how.');
}

/** What a database is called where only one run at a time may work on it; db:migrate uses the same words. */
export function resourceOf({ database }: DumpSource): string {
  return `database ${database}`;
}
