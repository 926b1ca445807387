import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import { Start } from './start.ts';

export type RunState = 'running' | 'previewed' | 'done' | 'failed' | 'refused' | 'denied' | 'interrupted';

/** One execution of an operation, in the ledger. */
export class Run extends Model {
  static override tableName = 'runs';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['input', 'result'];

  declare id: string;
  /** What makes it one request, whatever is delivered twice. */
  declare requestKey: string | null;
  declare operation: string;
  declare effect: string;
  declare actorId: string;
  declare actorName: string;
  declare face: string;
  declare channel: string | null;
  declare input: object;
  declare state: RunState;
  declare rule: string | null;
  declare message: string | null;
  /** What the asker was told to quote; it stands in the log. */
  declare reference: string | null;
  declare summary: string | null;
  /** The report, so that a repeated request gets the first one's answer. */
  declare result: object | null;
  /** The bot's start that it belongs to; null: the terminal's. */
  declare startId: string | null;
  declare startedAt: Date;
  declare finishedAt: Date | null;

  /** Stores the intent to run. False when the request key is taken: the request was delivered before. */
  static async begin(ledger: Knex, run: Partial<Run>): Promise<boolean> {
    const rows = await Run.query(ledger)
      .insert({ ...run, state: 'running' })
      .onConflict('request_key')
      .ignore()
      .returning('id')
      .toKnexQuery();
    return rows.length > 0;
  }

  static async byRequestKey(ledger: Knex, requestKey: string): Promise<Run | undefined> {
    return Run.query(ledger).findOne('request_key', requestKey);
  }

  /** Runs without an outcome whose process is gone: its bot fell silent or ended, or, in the terminal, it began long ago. */
  static async abandoned(
    ledger: Knex,
    { silentSince, begunBefore }: { silentSince: Date; begunBefore: Date },
  ): Promise<Run[]> {
    const gone = Start.query(ledger)
      .select('id')
      .where((start) => start.where('seen_at', '<', silentSince).orWhereNotNull('ended_at'));
    return Run.query(ledger)
      .where('state', 'running')
      .where((run) =>
        run
          .whereIn('start_id', gone)
          .orWhere((other) => other.whereNull('start_id').where('started_at', '<', begunBefore)),
      )
      .orderBy('started_at');
  }

  /** Writes the outcome of a run that is still running. False when it has one already: the first outcome stands. */
  static async settle(ledger: Knex, id: string, outcome: Partial<Run>): Promise<boolean> {
    const settled = await Run.query(ledger).findById(id).where('state', 'running').patch(outcome);
    return settled > 0;
  }

  /** Records runs that are already over, all or none. One that had begun after all, unknown to us, is over then too. */
  static async record(ledger: Knex, runs: Partial<Run>[]): Promise<void> {
    await Run.query(ledger).insert(runs).onConflict('id').merge();
  }
}
