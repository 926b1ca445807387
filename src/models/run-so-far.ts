import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';

/** What a run that is under way has done, and what it is about to. */
export interface SoFar {
  /** What stands should it end here, and how to go on, in sentences. */
  readonly words: string;
  /** What whoever takes it up goes on with, as JSON; absent: it begins anew, or has what it had; null: nothing any more. */
  readonly plan?: unknown;
}

/** How far a long run is, for whoever ends it or takes it up. Apart from the run, which is looked at every second. */
export class RunSoFar extends Model {
  static override tableName = 'runs_so_far';
  static override idColumn = 'run_id';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['plan'];

  declare runId: string;
  declare words: string;
  declare plan: unknown;

  /** Undefined where the run has noted nothing. */
  static async of(ledger: Knex, runId: string): Promise<SoFar | undefined> {
    return RunSoFar.query(ledger).findById(runId);
  }

  /** The sentences alone. */
  static async wordsOf(ledger: Knex, runId: string): Promise<string | undefined> {
    return (await RunSoFar.query(ledger).select('words').findById(runId))?.words;
  }

  /** Notes how far the run is; a plan stays where none is given. */
  static async note(ledger: Knex, runId: string, { words, plan }: SoFar): Promise<void> {
    const row = { runId, words, ...(plan === undefined ? {} : { plan: plan as object }) };
    await RunSoFar.query(ledger).insert(row).onConflict('run_id').merge().toKnexQuery();
  }
}
