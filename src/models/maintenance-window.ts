import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import type { OpenMaintenance } from '../domain/health-windows.ts';

/** A time, announced by somebody, in which they are at work on services. By the ledger's clock. */
export class MaintenanceWindow extends Model {
  static override tableName = 'maintenance_windows';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['services'];

  declare id: string;
  declare began: Date;
  declare ends: Date;
  /** Null: all. */
  declare services: string[] | null;
  declare reason: string;
  /** The actor's name and id. */
  declare openedBy: string;
  declare endedAt: Date | null;
  declare endedBy: string | null;
  /** The run that ended it. */
  declare endedRun: string | null;

  /** Begins one, now. One with this id that was begun before stays as it is. */
  static async begin(
    ledger: Knex,
    { forMs, ...window }: Pick<MaintenanceWindow, 'id' | 'services' | 'reason' | 'openedBy'> & { forMs: number },
  ): Promise<MaintenanceWindow> {
    const ends = raw("now() + ? * interval '1 millisecond'", [forMs]);
    await MaintenanceWindow.query(ledger)
      .insert({ ...window, began: raw('now()'), ends } as object)
      .onConflict('id')
      .ignore()
      .toKnexQuery();
    return MaintenanceWindow.query(ledger).findById(window.id).throwIfNotFound();
  }

  /** Those that hold now, the first to end first. */
  static async open(ledger: Knex): Promise<MaintenanceWindow[]> {
    return MaintenanceWindow.query(ledger)
      .whereNull('ended_at')
      .where('began', '<=', raw('now()'))
      .where('ends', '>', raw('now()'))
      .orderBy(['ends', 'id']);
  }

  /** Ends one before its time. False: it is over. */
  static async end(ledger: Knex, id: string, by: { endedBy: string; endedRun: string }): Promise<boolean> {
    const ended = await MaintenanceWindow.query(ledger)
      .findById(id)
      .whereNull('ended_at')
      .where('ends', '>', raw('now()'))
      .patch({ ...by, endedAt: raw('now()') } as object);
    return ended > 0;
  }

  /** The one that this run has ended before. */
  static async endedBy(ledger: Knex, runId: string): Promise<MaintenanceWindow | undefined> {
    return MaintenanceWindow.query(ledger).findOne('ended_run', runId);
  }

  plain(): OpenMaintenance {
    const { id, reason, began, ends, services, openedBy } = this;
    return { id, reason, began, ends, services: services ?? undefined, by: openedBy };
  }
}
