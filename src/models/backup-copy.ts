import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';

/** `wanted`: it is to be made; `missing`: the storage no longer has it; `removed`: by us. */
export type CopyState = 'wanted' | 'good' | 'bad' | 'missing' | 'removed';

/** Rows written at once. */
const BATCH = 500;

type Entry = Pick<BackupCopy, 'backupId' | 'storage' | 'key' | 'state'> & Partial<BackupCopy>;

/** One backup in one storage. */
export class BackupCopy extends Model {
  static override tableName = 'backup_copies';
  static override idColumn = ['backup_id', 'storage'];
  static override columnNameMappers = snakeCaseMappers();

  declare backupId: string;
  declare storage: string;
  declare key: string;
  declare state: CopyState;
  /** When it was last read whole and found good. */
  declare verifiedAt: Date | null;
  declare triedAt: Date | null;
  /** What is wrong with it, or why it could not be made, in a sentence. */
  declare fault: string | null;
  declare removedBecause: string | null;

  /** Says what is known of copies now, each in the same columns; the others stay as they are. Idempotent. */
  static async enter(ledger: Knex, ...copies: Entry[]): Promise<void> {
    for (let start = 0; start < copies.length; start += BATCH) {
      const rows = copies.slice(start, start + BATCH).map((copy) => ({ fault: null, ...copy }));
      await BackupCopy.query(ledger).insert(rows).onConflict(['backup_id', 'storage']).merge().toKnexQuery();
    }
  }

  /** Copies that are still to be made and were not tried since the moment, those first that wait longest. */
  static async wanted(ledger: Knex, before: Date): Promise<BackupCopy[]> {
    return BackupCopy.query(ledger)
      .where('state', 'wanted')
      .where((query) => query.whereNull('tried_at').orWhere('tried_at', '<', before))
      .orderBy('tried_at');
  }
}
