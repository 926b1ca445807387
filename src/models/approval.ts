import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import { ApprovalDecision } from './approval-decision.ts';
import { Run } from './run.ts';

/** `alone`: nobody answered in time, and it goes on without a second person. */
export type ApprovalState = 'open' | 'approved' | 'alone' | 'declined' | 'expired' | 'withdrawn' | 'void';

/** States in which the run goes on. */
export const MAY_GO_ON: readonly ApprovalState[] = ['approved', 'alone'];

/** How long it takes from an approval to the run's beginning, in the process that approved it. */
const RESUMED_WITHIN_MS = 10_000;

/** SQL: what becomes of one whose time has passed. */
export const UNANSWERED = "CASE WHEN goes_alone THEN 'alone' ELSE 'expired' END";

/** Where a request stands in Slack. */
export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** A run that waits, or waited, for a second person. All times are by the ledger's clock: the replicas' may be wrong. */
export class Approval extends Model {
  static override tableName = 'approvals';
  static override idColumn = 'run_id';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['posted'];
  static override relationMappings = () => ({
    run: {
      relation: Model.BelongsToOneRelation,
      modelClass: Run,
      join: { from: 'approvals.run_id', to: 'runs.id' },
    },
    decisions: {
      relation: Model.HasManyRelation,
      modelClass: ApprovalDecision,
      join: { from: 'approvals.run_id', to: 'approval_decisions.run_id' },
      modify: (query: ReturnType<typeof ApprovalDecision.query>) => query.orderBy('decided_at'),
    },
  });

  declare runId: string;
  declare state: ApprovalState;
  /** Binds operation, input and what the preview saw: only exactly this is approved. */
  declare hash: string;
  /** The Slack person who asked, on whatever face; an actor's id where none is known. */
  declare askedBy: string;
  /** Unanswered, it goes on without a second person instead of expiring. */
  declare goesAlone: boolean;
  declare requestedAt: Date;
  declare expiresAt: Date;
  declare nudgeAt: Date | null;
  declare nudgedAt: Date | null;
  declare decidedAt: Date | null;
  declare posted: Posted | null;
  /** What Slack shows; null: nothing yet. */
  declare drawn: string | null;
  declare drawingUntil: Date | null;
  /** Where `undrawnApprovals` gave it: what Slack should show. */
  declare look?: string;
  declare run?: Run;
  declare decisions?: ApprovalDecision[];

  /** Lets a run wait, in the transaction that stores it. */
  static async open(
    trx: Knex,
    { waitMs, nudgeAfterMs, goesAlone = false, ...request }: ApprovalRequest,
  ): Promise<Approval> {
    const row = {
      ...request,
      goesAlone,
      state: 'open',
      requestedAt: raw('clock_timestamp()'),
      expiresAt: later(waitMs),
      nudgeAt: nudgeAfterMs === undefined ? null : later(nudgeAfterMs),
    };
    await Approval.query(trx)
      .insert(row as object)
      .toKnexQuery();
    return Approval.query(trx).findById(request.runId).throwIfNotFound();
  }

  /** With its run and what was decided. */
  static async of(ledger: Knex, runId: string): Promise<Approval | undefined> {
    return Approval.query(ledger).findById(runId).withGraphFetched('[run, decisions]');
  }

  /** Those that can still be decided, the oldest first, each with its run and what was decided. */
  static async listOpen(ledger: Knex): Promise<Approval[]> {
    return Approval.query(ledger)
      .where('state', 'open')
      .where('expires_at', '>', raw('clock_timestamp()'))
      .withGraphFetched('[run, decisions]')
      .orderBy(['requested_at', 'run_id']);
  }

  /** Ends those whose time has passed, or only this run's. Each is returned to one caller, with its run. */
  static async expireDue(ledger: Knex, runId?: string): Promise<Approval[]> {
    return Approval.query(ledger)
      .where('state', 'open')
      .where('expires_at', '<=', raw('clock_timestamp()'))
      .modify((query) => {
        if (runId !== undefined) query.where('run_id', runId);
      })
      .patch({ state: raw(UNANSWERED), decidedAt: raw('expires_at') } as object)
      .returning('*')
      .withGraphFetched('[run, decisions]');
  }

  /** Ids of runs that may go on and still wait: unanswered ones, and those of which whoever approved them is gone. */
  static async leftWaiting(ledger: Knex): Promise<string[]> {
    const found = await Approval.query(ledger)
      .joinRelated('run')
      .select('approvals.run_id')
      .where('run.state', 'awaiting')
      .where((may) =>
        may
          .where('approvals.state', 'alone')
          .orWhere((approved) =>
            approved.where('approvals.state', 'approved').where('approvals.decided_at', '<', later(-RESUMED_WITHIN_MS)),
          ),
      );
    return found.map(({ runId }) => runId);
  }

  /** Takes those whose people are to be reminded now. Each is returned to one caller, once for ever. */
  static async dueNudges(ledger: Knex): Promise<Approval[]> {
    return Approval.query(ledger)
      .where('state', 'open')
      .whereNull('nudged_at')
      .where('nudge_at', '<=', raw('clock_timestamp()'))
      .where('expires_at', '>', raw('clock_timestamp()'))
      .patch({ nudgedAt: raw('clock_timestamp()') } as object)
      .returning('*')
      .withGraphFetched('[run, decisions]');
  }

  /** Whoever asked no longer wants it. False when it is over already. */
  static async withdraw(trx: Knex, runId: string): Promise<boolean> {
    return Approval.end(trx, runId, { from: ['open'], state: 'withdrawn' });
  }

  /** What was to be approved, or was, is no longer what would be done. False when it is over already. */
  static async makeVoid(trx: Knex, runId: string): Promise<boolean> {
    return Approval.end(trx, runId, { from: ['open', 'approved', 'alone'], state: 'void' });
  }

  private static async end(
    trx: Knex,
    runId: string,
    { from, state }: { from: ApprovalState[]; state: ApprovalState },
  ): Promise<boolean> {
    const change = { state, decidedAt: raw('clock_timestamp()') } as object;
    return (await Approval.query(trx).findById(runId).whereIn('state', from).patch(change)) > 0;
  }
}

export interface ApprovalRequest {
  readonly runId: string;
  readonly hash: string;
  readonly askedBy: string;
  readonly waitMs: number;
  /** Undefined: nobody is reminded. */
  readonly nudgeAfterMs: number | undefined;
  readonly goesAlone?: boolean;
}

/** So many milliseconds from now, by the ledger's clock. */
export function later(ms: number) {
  return raw("clock_timestamp() + ? * interval '1 millisecond'", [ms]);
}
