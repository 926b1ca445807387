import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';

/** A time in which nothing may be changed, on all replicas: the ledger says so. */
export class Freeze extends Model {
  static override tableName = 'freezes';
  static override columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare frozenAt: Date;
  /** The actor's name and id. */
  declare frozenBy: string;
  declare reason: string;
  declare thawedAt: Date | null;
  declare thawedBy: string | null;

  /** The freeze that holds now. */
  static async current(ledger: Knex): Promise<Freeze | undefined> {
    return Freeze.query(ledger).whereNull('thawed_at').first();
  }

  /** Begins one. False when one holds already, or this very one was begun before and is over. */
  static async begin(ledger: Knex, freeze: { frozenAt: Date; frozenBy: string; reason: string }): Promise<boolean> {
    if (await Freeze.query(ledger).findOne({ frozen_at: freeze.frozenAt, frozen_by: freeze.frozenBy })) return false;
    const rows = await Freeze.query(ledger).insert(freeze).onConflict().ignore().returning('id').toKnexQuery();
    return rows.length > 0;
  }

  /** Ends the one that holds, and returns it; or the one that this very thaw has ended before. */
  static async end(ledger: Knex, thaw: { thawedAt: Date; thawedBy: string }): Promise<Freeze | undefined> {
    const before = await Freeze.query(ledger).findOne({ thawed_at: thaw.thawedAt, thawed_by: thaw.thawedBy });
    if (before) return before;
    const rows = await Freeze.query(ledger).whereNull('thawed_at').patch(thaw).returning('*');
    return rows[0];
  }
}
