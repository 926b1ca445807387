import type { Knex } from 'knex';
import { raw } from 'objection';
import { Approval, type ApprovalState, UNANSWERED } from './approval.ts';
import { ApprovalDecision } from './approval-decision.ts';

export interface Decision {
  readonly runId: string;
  readonly person: string;
  readonly decision: ApprovalDecision['decision'];
  readonly actorId: string;
  readonly name: string;
  readonly face: string;
  readonly reason?: string | undefined;
}

/**
 * What became of a decision. `approved` and `declined` are given to exactly one caller. `counted`: others are needed
 * besides. `over`: it was decided, withdrawn or void before, or has expired, as the approval's state says. `own`: nobody
 * decides about what they asked for.
 */
export interface Verdict {
  readonly kind: 'approved' | 'declined' | 'counted' | 'over' | 'own';
  /** As it stands now, with what was decided. */
  readonly approval: Approval;
}

export interface Deciding {
  /** Whether these people's approvals are enough; pure, since it is asked while others wait. */
  readonly isMet: (approvers: readonly string[]) => boolean;
  /** What is written in the same transaction, where the decision changed anything. */
  readonly also?: (trx: Knex.Transaction, verdict: Verdict) => Promise<void>;
}

/** Decides about a run that waits: one at a time, by the ledger's clock. Undefined: this run waits for nobody. */
export async function decide(
  ledger: Knex,
  decision: Decision,
  { isMet, also }: Deciding,
): Promise<Verdict | undefined> {
  return ledger.transaction(async (trx) => {
    const approval = await Approval.query(trx)
      .findById(decision.runId)
      .forUpdate()
      .withGraphFetched('[run, decisions]');
    if (!approval) return undefined;
    const [before] = await present(trx, decision.runId);
    if (before?.state !== 'open') return { kind: 'over', approval: Object.assign(approval, before) };
    if (approval.askedBy === decision.person) return { kind: 'own', approval };
    const isRepeated = approval.decisions?.some(
      ({ person, decision: said }) => person === decision.person && said === decision.decision,
    );
    if (!isRepeated) await write(trx, decision);
    const decisions = await ApprovalDecision.query(trx).where('run_id', decision.runId).orderBy('decided_at');
    const kind = verdictOn(decision, decisions, isMet);
    if (kind !== 'counted') {
      await Approval.query(trx)
        .findById(decision.runId)
        .patch({ state: kind, decidedAt: raw('clock_timestamp()') } as object);
    }
    const [after] = await present(trx, decision.runId);
    const verdict: Verdict = { kind, approval: Object.assign(approval, after, { decisions }) };
    if (!(isRepeated && kind === 'counted')) await also?.(trx, verdict);
    return verdict;
  });
}

/** Asked in a statement of its own, behind the lock: waiting for it may have taken the time that was left. */
async function present(trx: Knex, runId: string): Promise<{ state: ApprovalState; decidedAt: Date | null }[]> {
  const late = "state = 'open' AND expires_at <= clock_timestamp()";
  return Approval.query(trx)
    .where('run_id', runId)
    .select(
      raw(`CASE WHEN ${late} THEN ${UNANSWERED} ELSE state END`).as('state'),
      raw(`CASE WHEN ${late} THEN expires_at ELSE decided_at END`).as('decided_at'),
    );
}

/** Who approved may think better of it; who declined has ended it. */
async function write(trx: Knex, { reason, ...decision }: Decision): Promise<void> {
  const row = { ...decision, reason: reason ?? null, decidedAt: raw('clock_timestamp()') };
  await ApprovalDecision.query(trx)
    .insert(row as object)
    .onConflict(['run_id', 'person'])
    .merge()
    .toKnexQuery();
}

function verdictOn(
  { decision }: Decision,
  decisions: readonly ApprovalDecision[],
  isMet: Deciding['isMet'],
): 'approved' | 'declined' | 'counted' {
  if (decision === 'decline') return 'declined';
  const approvers = decisions.filter((one) => one.decision === 'approve').map(({ person }) => person);
  return isMet(approvers) ? 'approved' : 'counted';
}
