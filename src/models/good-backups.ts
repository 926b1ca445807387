import type { Knex } from 'knex';
import { Backup } from './backup.ts';

interface Wanted {
  readonly role: Backup['role'];
  /** Absent: of whatever name. */
  readonly database?: string;
  /** Taken before this; absent: at any time. */
  readonly before?: Date;
  /** Without those that were made before something dangerous: what they hold is what somebody wanted to be rid of. */
  readonly withoutSafety?: true;
  readonly limit: number;
}

/** Good backups, the newest first. */
export async function goodBackups(
  ledger: Knex,
  { role, database, before, withoutSafety, limit }: Wanted,
): Promise<Backup[]> {
  return Backup.query(ledger)
    .where({ role, ...(database === undefined ? {} : { database }) })
    .modify((query) => void (before && query.where('taken_at', '<', before)))
    .modify((query) => void (withoutSafety && query.whereNot('kind', 'safety')))
    .whereExists(Backup.relatedQuery('copies').where('state', 'good'))
    .orderBy('taken_at', 'desc')
    .limit(limit);
}

/** Those of a database to which one goes back: without safety backups. */
export async function goodBackupsBefore(
  ledger: Knex,
  { database, role }: Pick<Backup, 'database' | 'role'>,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<Backup[]> {
  return goodBackups(ledger, { role, database, before, withoutSafety: true, limit });
}
