import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { BackupManifest } from '../domain/backup-manifest.ts';
import type { Pin } from '../domain/pin.ts';
import type { ArchiveLayout } from '../ports.ts';
import { BackupCopy } from './backup-copy.ts';

/** Rows written at once. */
const BATCH = 200;

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

  /** Enters backups, or what a manifest says of them anew; whether they are pinned or proven stays. Idempotent. */
  static async enter(ledger: Knex, ...manifests: BackupManifest[]): Promise<void> {
    for (let start = 0; start < manifests.length; start += BATCH) {
      const rows = manifests.slice(start, start + BATCH).map(rowOf);
      await Backup.query(ledger).insert(rows).onConflict('id').merge().toKnexQuery();
    }
  }

  /** Says why a backup is never to be removed; undefined: it may be again. */
  static async pin(ledger: Knex, id: string, pin: Pin | undefined): Promise<void> {
    const { at: pinnedAt = null, by: pinnedBy = null, reason: pinnedBecause = null } = pin ?? {};
    await Backup.query(ledger).findById(id).patch({ pinnedAt, pinnedBy, pinnedBecause });
  }

  /** All of them, newest first, those too that are removed. */
  static async all(ledger: Knex): Promise<Backup[]> {
    return Backup.query(ledger)
      .withGraphFetched('copies')
      .orderBy([{ column: 'taken_at', order: 'desc' }, 'id']);
  }

  /** Why it is never removed; undefined: it may be. */
  get pinned(): Pin | undefined {
    if (!this.pinnedAt) return undefined;
    return { reason: this.pinnedBecause ?? '', by: this.pinnedBy ?? '', at: this.pinnedAt };
  }

  /** The newest that has a good copy, of any layout or of this. */
  static async newestGood(
    ledger: Knex,
    { database, role }: Pick<Backup, 'database' | 'role'>,
    layout?: ArchiveLayout,
  ): Promise<Backup | undefined> {
    return Backup.query(ledger)
      .where({ database, role })
      .whereRaw('manifest @> ?', [
        layout ? JSON.stringify({ format: layout.format, compression: layout.compression }) : '{}',
      ])
      .whereExists(Backup.relatedQuery('copies').where('state', 'good'))
      .withGraphFetched('copies')
      .orderBy('taken_at', 'desc')
      .limit(1)
      .first();
  }

  /** The one whose file has this content. */
  static async bySha256(ledger: Knex, sha256: string): Promise<Backup | undefined> {
    return Backup.query(ledger)
      .whereRaw("manifest->>'sha256' = ?", [sha256])
      .withGraphFetched('copies')
      .orderBy('id')
      .limit(1)
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

function rowOf(manifest: BackupManifest) {
  const { id, database, kind, takenAt } = manifest;
  const json = JSON.parse(JSON.stringify(manifest));
  return { id, database: database.name, role: database.role, kind, takenAt, manifest: json };
}
