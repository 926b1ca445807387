import type { Knex } from 'knex';
import { Model, type Pojo, snakeCaseMappers } from 'objection';
import type { Aside } from '../domain/in-place-sql.ts';
import { Run } from './run.ts';

/**
 * How far a restore is: `filling` a scratch database, `ready` to be switched in, `switched`. After that `undone`, or `dropped`:
 * what was there before is gone. `abandoned`: it came to nothing, and the scratch database is gone.
 */
export type RestoreStep = 'filling' | 'ready' | 'switched' | 'undone' | 'abandoned' | 'dropped';

/** PostgreSQL’s number for no database. */
export const NONE = 0;

/** One restore of the platform's database, and the databases that stand beside it because of it. */
export class Restore extends Model {
  static override tableName = 'restores';
  static override idColumn = 'run_id';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['aside'];

  declare runId: string;
  /** The platform's database. */
  declare database: string;
  /** What was restored, in words. */
  declare source: string;
  declare backupId: string | null;
  declare safetyBackupId: string | null;
  declare step: RestoreStep;
  /**
   * PostgreSQL's numbers for what was live, and for what was restored: they tell them apart, whatever their names are. `NONE`: nothing
   * was live, so that nothing stands beside afterwards.
   */
  declare liveOid: number;
  /** Null before it is made. */
  declare scratchOid: number | null;
  /** The database beside the live one that is filled; null where it is restored within the live one. */
  declare scratch: string | null;
  /** What stands beside the live one after a switch: the one that was live before; of one that is undone, what was restored. Empty: nothing. */
  declare former: string;
  /** What is moved aside within the live database; null where another database takes its place. */
  declare aside: Aside | null;
  /** What the restored one is to be called by an undo that was begun. */
  declare undone: string | null;
  declare begunAt: Date;
  declare switchedAt: Date | null;
  declare unavailableMs: number | null;
  /** Until when the database that was live before stays; null: until it is undone or somebody drops it. */
  declare keptUntil: Date | null;
  /** Set once no database stands beside the live one because of it. */
  declare endedAt: Date | null;

  override $parseDatabaseJson(json: Pojo): Pojo {
    const row = super.$parseDatabaseJson(json);
    for (const name of ['liveOid', 'scratchOid']) if (typeof row[name] === 'string') row[name] = Number(row[name]);
    return row;
  }

  /** Notes it before its scratch database is filled. */
  static async begin(ledger: Knex, restore: Partial<Restore>): Promise<void> {
    await Restore.query(ledger)
      .insert({ step: 'filling', ...restore } as object)
      .toKnexQuery();
  }

  /** Moves it on. False where it has been moved on by somebody else. */
  static async advance(
    ledger: Knex,
    { runId, from }: { readonly runId: string; readonly from: readonly RestoreStep[] },
    change: Partial<Restore>,
  ): Promise<boolean> {
    const moved = await Restore.query(ledger)
      .findById(runId)
      .whereIn('step', [...from])
      .patch(change as object);
    return moved > 0;
  }

  /** Those because of which a database stands beside the live one, the newest first. */
  static async open(ledger: Knex): Promise<Restore[]> {
    return Restore.query(ledger).whereNull('ended_at').orderBy('begun_at', 'desc');
  }

  /**
   * Those that may be undone, the newest first: that were switched in, while what was there before is kept; or that were about to
   * be, for whoever was killed then could not say whether it was.
   */
  static async undoable(ledger: Knex, database: string): Promise<Restore[]> {
    return Restore.query(ledger)
      .where({ database })
      .whereIn('step', ['filling', 'ready', 'switched'])
      .whereNull('ended_at')
      .orderBy('begun_at', 'desc');
  }

  /** Cut off on the way: its run is over, and it was neither switched in nor given up. */
  static async leftOver(ledger: Knex): Promise<Restore[]> {
    return Restore.query(ledger)
      .whereIn('step', ['filling', 'ready'])
      .whereExists(Run.query().whereColumn('runs.id', 'restores.run_id').whereNotNull('runs.finished_at'))
      .orderBy('begun_at');
  }

  /** Those of which an undo was begun, and not noted as done. */
  static async halfUndone(ledger: Knex): Promise<Restore[]> {
    return Restore.query(ledger).where('step', 'switched').whereNotNull('undone');
  }

  /** Those because of which a database stands beside the live one that has been kept long enough. */
  static async due(ledger: Knex, now: Date): Promise<Restore[]> {
    return Restore.query(ledger)
      .whereIn('step', ['switched', 'undone'])
      .whereNull('ended_at')
      .where('kept_until', '<=', now)
      .orderBy('kept_until');
  }

  /** Whether a database stands beside the live one because of a later one: within it may be what this one has put aside. */
  static async isWithinOther(ledger: Knex, { database, begunAt }: Restore): Promise<boolean> {
    const other = await Restore.query(ledger)
      .where({ database })
      .where('begun_at', '>', begunAt)
      .whereNull('aside')
      .whereIn('step', ['switched', 'undone'])
      .whereNull('ended_at')
      .first();
    return other !== undefined;
  }
}
