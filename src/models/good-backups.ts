import type { Knex } from 'knex';
import { Backup } from './backup.ts';

/** Good backups, the newest first. */
export async function goodBackups(
  ledger: Knex,
  { role, limit }: { readonly role: Backup['role']; readonly limit: number },
): Promise<Backup[]> {
  return Backup.query(ledger)
    .where({ role })
    .whereExists(Backup.relatedQuery('copies').where('state', 'good'))
    .orderBy('taken_at', 'desc')
    .limit(limit);
}

/**
 * Good backups of a database that were taken before a moment, the newest first. Not those that were made before something
 * dangerous: what they hold is what somebody wanted to be rid of.
 */
export async function goodBackupsBefore(
  ledger: Knex,
  { database, role }: Pick<Backup, 'database' | 'role'>,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<Backup[]> {
  return Backup.query(ledger)
    .where({ database, role })
    .where('taken_at', '<', before)
    .whereNot('kind', 'safety')
    .whereExists(Backup.relatedQuery('copies').where('state', 'good'))
    .orderBy('taken_at', 'desc')
    .limit(limit);
}
