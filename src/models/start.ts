import type { Knex } from 'knex';
import { Model, type Pojo, snakeCaseMappers } from 'objection';

/** One start of the bot, in the ledger: which version ran where, and under which policy file. */
export class Start extends Model {
  static override tableName = 'starts';
  static override columnNameMappers = snakeCaseMappers();

  /** As text, which is how runs have it. */
  declare id: string;
  declare startedAt: Date;
  /** When the process last said that it is there. */
  declare seenAt: Date;
  declare endedAt: Date | null;
  declare host: string;
  declare pid: number;
  /** The kernel's boot and the process's view of it: process ids mean something only within. Null where it is not known. */
  declare machine: string | null;
  declare version: string;
  declare environment: string;
  /** SHA-256 of capops.yml, in hex; null: there was none. */
  declare policySha256: string | null;

  override $parseDatabaseJson(json: Pojo): Pojo {
    const row = super.$parseDatabaseJson(json);
    return row.id === undefined ? row : { ...row, id: String(row.id) };
  }

  /** Returns the start's id. */
  static async record(
    ledger: Knex,
    start: Omit<Partial<Start>, 'id' | 'seenAt'> & { startedAt: Date },
  ): Promise<string> {
    const { id } = await Start.query(ledger)
      .insert({ ...start, seenAt: start.startedAt })
      .returning('id');
    return id;
  }

  /** Says that the process is there. */
  static async seen(ledger: Knex, id: string, at: Date): Promise<void> {
    await Start.query(ledger).findById(id).patch({ seenAt: at });
  }

  /** Says that the process has ended. */
  static async ended(ledger: Knex, id: string, at: Date): Promise<void> {
    await Start.query(ledger).findById(id).patch({ endedAt: at });
  }

  /** Starts on this machine that have not said that they ended. */
  static async onMachine(ledger: Knex, machine: string): Promise<Start[]> {
    return Start.query(ledger).where('machine', machine).whereNull('ended_at');
  }

  /** Ids of starts that ended or fell silent and still have runs to their name that are not over, or not answered. */
  static async gone(ledger: Knex, silentSince: Date): Promise<string[]> {
    const found = await Start.query(ledger)
      .select('id')
      .where((start) => start.where('seen_at', '<', silentSince).orWhereNotNull('ended_at'))
      .whereRaw(
        "id IN (SELECT start_id FROM runs WHERE state = 'running' UNION SELECT start_id FROM runs WHERE request IS NOT NULL)",
      );
    return found.map(({ id }) => id);
  }
}
