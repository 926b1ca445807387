import { Model, snakeCaseMappers } from 'objection';

/** What one person decided about a run that waits. */
export class ApprovalDecision extends Model {
  static override tableName = 'approval_decisions';
  static override idColumn = ['run_id', 'person'];
  static override columnNameMappers = snakeCaseMappers();

  declare runId: string;
  /** A Slack user's id, on whatever face they decided. */
  declare person: string;
  declare decision: 'approve' | 'decline';
  declare actorId: string;
  declare name: string;
  declare face: string;
  declare reason: string | null;
  declare decidedAt: Date;
}
