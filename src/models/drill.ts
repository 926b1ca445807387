import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import { Backup } from './backup.ts';
import { Run } from './run.ts';

/** A restore for practice, and the databases that are made for it. */
export class Drill extends Model {
  static override tableName = 'drills';
  static override idColumn = 'run_id';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['databases'];

  declare runId: string;
  declare backupId: string;
  /** Names of all that it makes, on the server of drills. */
  declare databases: readonly string[];
  declare begunAt: Date;
  /** Set once none of them is there any more. */
  declare endedAt: Date | null;
  /** Null while it is not known. */
  declare isProven: boolean | null;
  /** From the first byte of the download to the switch. */
  declare seconds: number | null;
  declare fault: string | null;

  /** Notes what it is about to make. One that is taken up again adds to it. */
  static async begin(ledger: Knex, drill: Pick<Drill, 'runId' | 'backupId' | 'databases' | 'begunAt'>): Promise<void> {
    const databases = raw('drills.databases || excluded.databases');
    await Drill.query(ledger)
      .insert(drill as object)
      .onConflict('run_id')
      .merge({ databases, ended_at: null } as never)
      .toKnexQuery();
  }

  /** Notes that a backup was restored whole, switched in and undone. */
  static async proved(ledger: Knex, runId: string, proof: { seconds: number; at: Date }): Promise<void> {
    await ledger.transaction(async (trx) => {
      const [drill] = await Drill.query(trx)
        .where('run_id', runId)
        .patch({ isProven: true, seconds: proof.seconds })
        .returning('backup_id');
      if (drill) await Backup.query(trx).findById(drill.backupId).patch({ provenAt: proof.at });
    });
  }

  static async failed(ledger: Knex, runId: string, fault: string): Promise<void> {
    await Drill.query(ledger).findById(runId).patch({ isProven: false, fault });
  }

  static async ended(ledger: Knex, runId: string, endedAt: Date): Promise<void> {
    await Drill.query(ledger).findById(runId).patch({ endedAt });
  }

  /** Those whose run is over and whose databases may still be there. */
  static async leftOver(ledger: Knex): Promise<Drill[]> {
    return Drill.query(ledger)
      .whereNull('ended_at')
      .whereExists(Run.query().whereColumn('runs.id', 'drills.run_id').whereNotNull('runs.finished_at'));
  }
}
