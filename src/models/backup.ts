import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { BackupManifest } from '../domain/backup-manifest.ts';
import { BackupCopy } from './backup-copy.ts';

/** A backup as the ledger knows it; its manifests, in the storages, are the truth. */
export class Backup extends Model {
  static override tableName = 'backups';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['manifest'];
  static override relationMappings = () => ({
    copies: {
      relation: Model.HasManyRelation,
      modelClass: BackupCopy,
      join: { from: 'backups.id', to: 'backup_copies.backup_id' },
      modify: (query: ReturnType<typeof BackupCopy.query>) => query.orderBy('storage'),
    },
  });

  declare id: string;
  declare database: string;
  declare role: string;
  declare kind: string;
  declare takenAt: Date;
  /** As JSON; `readManifest` reads it. */
  declare manifest: object;
  declare pinnedAt: Date | null;
  /** The name and id of whoever pinned it. */
  declare pinnedBy: string | null;
  declare pinnedBecause: string | null;
  /** When it was last restored whole, for a drill. */
  declare provenAt: Date | null;
  declare copies?: BackupCopy[];

  /** Enters a backup, or what a manifest says of it anew. Idempotent. */
  static async enter(ledger: Knex, manifest: BackupManifest): Promise<void> {
    const { id, database, kind, takenAt, pinned } = manifest;
    const row = {
      id,
      database: database.name,
      role: database.role,
      kind,
      takenAt,
      manifest: JSON.parse(JSON.stringify(manifest)),
      pinnedAt: pinned?.at ?? null,
      pinnedBy: pinned?.by ?? null,
      pinnedBecause: pinned?.reason ?? null,
    };
    await Backup.query(ledger).insert(row).onConflict('id').merge().toKnexQuery();
  }

  /** Those with a copy that is not removed, newest first. */
  static async present(ledger: Knex, { limit }: { limit?: number } = {}): Promise<Backup[]> {
    return Backup.query(ledger)
      .whereExists(Backup.relatedQuery('copies').whereNot('state', 'removed'))
      .withGraphFetched('copies')
      .orderBy([{ column: 'takenAt', order: 'desc' }, 'id'])
      .modify((query) => {
        if (limit !== undefined) query.limit(limit);
      });
  }

  /** The newest that has a good copy. */
  static async newestGood(
    ledger: Knex,
    { database, role }: Pick<Backup, 'database' | 'role'>,
  ): Promise<Backup | undefined> {
    return Backup.query(ledger)
      .where({ database, role })
      .whereExists(Backup.relatedQuery('copies').where('state', 'good'))
      .withGraphFetched('copies')
      .orderBy('takenAt', 'desc')
      .first();
  }

  /** Those whose id begins so; at most two, to tell one from several. */
  static async byPrefix(ledger: Knex, prefix: string): Promise<Backup[]> {
    return Backup.query(ledger)
      .whereRaw('starts_with(backups.id::text, ?)', [prefix.toLowerCase()])
      .withGraphFetched('copies')
      .limit(2);
  }
}
