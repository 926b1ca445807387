import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { Actor } from '../ports.ts';

/** Where a run stands; those before `done` may still go on. */
export const RUN_STATES = [
  'received',
  'previewed',
  'awaiting',
  'queued',
  'running',
  'done',
  'failed',
  'refused',
  'denied',
  'declined',
  'expired',
  'cancelled',
  'interrupted',
] as const;

export type RunState = (typeof RUN_STATES)[number];

/** States in which it has no outcome yet. */
export const OPEN: RunState[] = ['received', 'awaiting', 'queued', 'running'];

/** What another process needs to go on with a run, or to answer whoever asked. */
export interface StoredRequest {
  readonly actor: Actor;
  readonly confirmation?: string | undefined;
  /** How the face that took the request answers it; its own affair. Absent: nobody waits for an answer. */
  readonly answer?: unknown;
}

/** The keys that make a request one. */
export interface RequestKeys {
  readonly deliveryKey?: string | null | undefined;
  readonly requestKey?: string | null | undefined;
}

/** One execution of an operation, in the ledger. */
export class Run extends Model {
  static override tableName = 'runs';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['input', 'result', 'request'];

  declare id: string;
  /** The delivery that asked for it, whatever came of it. */
  declare deliveryKey: string | null;
  /** What makes it one request, for as long as something may come or came of it. */
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
  /** Null once it is over and answered, and for runs that no other process could go on with. */
  declare request: StoredRequest | null;
  /** The name and id of whoever wants it to end. */
  declare cancelAskedBy: string | null;
  /** The bot's start that it belongs to; null: the terminal's, or nobody's while it waits. */
  declare startId: string | null;
  declare startedAt: Date;
  declare finishedAt: Date | null;

  /** Stores a new run. False when one of its keys is taken: the request was delivered before. */
  static async begin(ledger: Knex, run: Partial<Run>): Promise<boolean> {
    const rows = await Run.query(ledger)
      .insert({ state: 'running', ...run })
      .onConflict()
      .ignore()
      .returning('id')
      .toKnexQuery();
    return rows.length > 0;
  }

  /** The run that this request began, when it was delivered before. */
  static async byKeys(ledger: Knex, { deliveryKey, requestKey }: RequestKeys): Promise<Run | undefined> {
    const delivered = deliveryKey ? await Run.query(ledger).findOne('delivery_key', deliveryKey) : undefined;
    return delivered ?? (requestKey ? Run.query(ledger).findOne('request_key', requestKey) : undefined);
  }

  static async byRequestKey(ledger: Knex, requestKey: string): Promise<Run | undefined> {
    return Run.query(ledger).findOne('request_key', requestKey);
  }

  static async byId(ledger: Knex, id: string): Promise<Run | undefined> {
    return Run.query(ledger).findById(id);
  }

  /** Whether it waits for its turn; it stays so until the transaction ends. */
  static async isQueued(trx: Knex.Transaction, id: string): Promise<boolean> {
    return (await Run.query(trx).select('id').findById(id).where('state', 'queued').forUpdate()) !== undefined;
  }

  /** Moves a run on. False when it no longer stands there, or is another process's by now. */
  static async advance(
    ledger: Knex,
    { id, from, startId }: { id: string; from: RunState; startId?: string | null },
    change: Partial<Run>,
  ): Promise<boolean> {
    const moved = await Run.query(ledger)
      .findById(id)
      .where('state', from)
      .modify((query) => {
        if (startId) query.where('start_id', startId);
      })
      .patch(change);
    return moved > 0;
  }

  /**
   * Writes the outcome of a run that has none. False when it has one already: the first outcome stands, unless it was
   * thought to have come to nothing and is done after all.
   */
  static async settle(ledger: Knex, id: string, outcome: Partial<Run>): Promise<boolean> {
    const settled = await Run.query(ledger)
      .findById(id)
      .modify((query) => {
        if (outcome.state === 'done') query.whereNot('state', 'done');
        else query.whereIn('state', OPEN);
      })
      .patch(outcome);
    return settled > 0;
  }

  /**
   * Records runs that are already over, all or none. One that had begun after all, unknown to us, is over then too; one
   * that has an outcome keeps it, unless it was only thought to be interrupted. Returns the ids of those that were recorded.
   */
  static async record(ledger: Knex, runs: Partial<Run>[]): Promise<Set<string>> {
    const rows = await Run.query(ledger)
      .insert(runs)
      .onConflict('id')
      .merge()
      .whereIn('runs.state', [...OPEN, 'previewed', 'interrupted'])
      .returning('id')
      .toKnexQuery();
    return new Set(rows.map(({ id }) => id));
  }

  /** Leaves the answer of a run that is over to whoever looks for such runs next. */
  static async leaveUnanswered(ledger: Knex, id: string): Promise<void> {
    await Run.query(ledger).findById(id).whereNotNull('request').whereNotIn('state', OPEN).patch({ startId: null });
  }

  /** Nobody waits for these runs' answers any more, as far as they are over. */
  static async answered(ledger: Knex, ids: readonly string[]): Promise<void> {
    await Run.query(ledger)
      .whereIn('id', [...ids])
      .whereNotIn('state', OPEN)
      .patch({ request: null });
  }
}
