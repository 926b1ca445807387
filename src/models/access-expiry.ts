import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';

/** A run of the upkeep that lets access expire, until the channel has heard of it. What it did stands on the platform. */
export class AccessExpiry extends Model {
  static override tableName = 'access_expiries';
  static override idColumn = 'run_id';
  static override columnNameMappers = snakeCaseMappers();

  declare runId: string;
  declare begunAt: Date;
  declare toldAt: Date | null;

  /** Before anything expires, so that the channel hears of it whatever becomes of the run's process. Idempotent. */
  static async begin(ledger: Knex, runId: string): Promise<void> {
    await AccessExpiry.query(ledger)
      .insert({ runId, begunAt: raw('clock_timestamp()') } as object)
      .onConflict()
      .ignore()
      .toKnexQuery();
  }

  static async untold(ledger: Knex): Promise<AccessExpiry[]> {
    return AccessExpiry.query(ledger).whereNull('told_at').orderBy('begun_at');
  }

  async wasTold(ledger: Knex): Promise<void> {
    await AccessExpiry.query(ledger)
      .findById(this.runId)
      .patch({ toldAt: raw('clock_timestamp()') } as object);
  }
}
