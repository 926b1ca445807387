import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { BackupDesk, BackupStorage, DumpSource, Ports, Settings } from '../../ports.ts';

/** What backups are made with. Throws where this process was given nothing for it. */
export async function openBackupDesk({ openBackups }: Pick<Ports, 'openBackups'>): Promise<BackupDesk> {
  if (!openBackups) throw new Error('this process was composed without backups');
  return openBackups();
}

/** Where backups go that nobody sends elsewhere, and where a copy goes then. */
export function usualStorages(
  desk: BackupDesk,
  { backups }: Pick<Settings, 'backups'>,
): { readonly storage: BackupStorage; readonly copyTo: BackupStorage | undefined } {
  const { local, offsite } = desk;
  const where = backups?.storage ?? (offsite ? 'offsite' : 'local');
  if (where === 'local') return { storage: local, copyTo: undefined };
  if (where === 'both') return { storage: local, copyTo: offsiteStorage(desk) };
  return { storage: offsiteStorage(desk), copyTo: undefined };
}

/** Throws UserError where no place off site is configured. */
export function offsiteStorage({ offsite }: BackupDesk): BackupStorage {
  if (offsite) return offsite;
  throw new UserError('No storage off site is configured. An admin sets S3_BUCKET and its keys; README.md says how.');
}

/** The storages of a desk that are listed. */
export type Places = Pick<BackupDesk, 'local' | 'offsite' | 'archive'>;

/** The storages that are configured: those that are listed, pruned and swept. */
export function keptStorages({ local, offsite, archive }: Places): BackupStorage[] {
  return [local, offsite, archive].filter((storage) => storage !== undefined);
}

/** The storage and key that the catalogue has for a copy: one of the configured, or a folder. Undefined: it is not configured here. */
export function placeOf(desk: BackupDesk, { storage, key }: { storage: string; key: string }): Place | undefined {
  const kept = keptStorages(desk).find(({ name }) => name === storage);
  if (kept) return { storage: kept, key };
  return storage.startsWith('/') ? desk.file(join(storage, key)) : undefined;
}

/** One object in a storage. */
export interface Place {
  readonly storage: BackupStorage;
  readonly key: string;
}

/** What a database is called where only one run at a time may work on it; db:migrate uses the same words. */
export function resourceOf({ database }: DumpSource): string {
  return `database ${database}`;
}

/** What removing from the storages is called where only one run at a time may do it. */
export const PRUNING = 'the pruning of backups';
