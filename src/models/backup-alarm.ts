import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import type { BackupTrouble } from '../domain/backup-troubles.ts';

/** Something that is wrong with the backups, until it is mended and that was told. */
export class BackupAlarm extends Model {
  static override tableName = 'backup_alarms';
  static override idColumn = 'name';
  static override columnNameMappers = snakeCaseMappers();

  declare name: string;
  /** As it was when it began, in a sentence. */
  declare words: string;
  declare raisedAt: Date;
  /** When the channel was told; null: not yet. */
  declare toldAt: Date | null;
  /** Null while it lasts. */
  declare mendedAt: Date | null;

  /** Notes what is wrong. One that lasts stays as it began; one that comes again is told again. Idempotent. */
  static async raise(ledger: Knex, troubles: readonly BackupTrouble[], now: Date): Promise<void> {
    if (troubles.length === 0) return;
    await BackupAlarm.query(ledger)
      .insert(troubles.map(({ name, words }) => ({ name, words, raisedAt: now, toldAt: null, mendedAt: null })))
      .onConflict('name')
      .merge()
      .where(raw('backup_alarms.mended_at IS NOT NULL'))
      .toKnexQuery();
  }

  /** Notes that what begins so is mended, but for those. What nobody was told of is forgotten. */
  static async mend(ledger: Knex, prefix: string, { but, now }: { but: readonly string[]; now: Date }): Promise<void> {
    const over = () =>
      BackupAlarm.query(ledger)
        .whereRaw('starts_with(name, ?)', [prefix])
        .whereNotIn('name', [...but])
        .whereNull('mended_at');
    await over().whereNull('told_at').delete();
    await over().patch({ mendedAt: now });
  }

  /** What is wrong now, the oldest first. */
  static async standing(ledger: Knex): Promise<BackupAlarm[]> {
    return BackupAlarm.query(ledger).whereNull('mended_at').orderBy(['raised_at', 'name']);
  }

  /** What the channel is to hear of: what is wrong, and what is mended. */
  static async untold(ledger: Knex): Promise<BackupAlarm[]> {
    return BackupAlarm.query(ledger).whereNull('told_at').orWhereNotNull('mended_at').orderBy(['raised_at', 'name']);
  }

  /** The channel has heard of it as it stands. */
  async wasTold(ledger: Knex, now: Date): Promise<void> {
    const own = BackupAlarm.query(ledger).findById(this.name);
    await (this.mendedAt ? own.delete() : own.patch({ toldAt: now }));
  }
}
