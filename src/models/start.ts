import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';

/** One start of the bot, in the ledger: which version ran where, and under which policy file. */
export class Start extends Model {
  static override tableName = 'starts';
  static override columnNameMappers = snakeCaseMappers();

  declare id: number;
  declare startedAt: Date;
  declare host: string;
  declare pid: number;
  declare version: string;
  declare environment: string;
  /** SHA-256 of capops.yml, in hex; null: there was none. */
  declare policySha256: string | null;

  static async record(ledger: Knex, start: Omit<Partial<Start>, 'id'>): Promise<void> {
    await Start.query(ledger).insert(start);
  }
}
