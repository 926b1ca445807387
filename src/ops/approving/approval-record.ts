import type { Knex } from 'knex';
import { Approval } from '../../models/approval.ts';
import { AuditEntry } from '../../models/audit-entry.ts';
import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { settledRecord } from '../service/run-rows.ts';

const UNANSWERED = 'Nobody answered in time; it goes on without a second person.';
const EXPIRED = 'Nobody approved this in time, so it expired. Nothing was changed; ask again.';

interface Ending {
  readonly state: 'declined' | 'expired';
  readonly message: string;
  readonly at: Date;
}

/** Ends a run that waited, on the record, in the transaction that ended its approval. */
export async function endWaiting(trx: Knex.Transaction, run: Run, { state, message, at }: Ending): Promise<void> {
  const outcome = { state, message, finishedAt: at, requestKey: null };
  if (await Run.settle(trx, run.id, outcome))
    await AuditEntry.append(trx, [settledRecord(run, { state, message }, at)]);
}

/** Puts on the record of a run that it was approved, in the transaction that approved it. */
export async function recordApproval(
  trx: Knex.Transaction,
  run: Run,
  { message, at, approvers }: { message: string; at: Date; approvers: readonly string[] },
): Promise<void> {
  const record = settledRecord(run, { state: run.state, message }, at);
  await AuditEntry.append(trx, [{ ...record, outcome: 'approved', after: { approvedBy: approvers } }]);
}

/**
 * Ends what has waited too long, each run with its approval, or only this one. Returns the ids of those that ended here; what
 * goes on without a second person waits for whoever carries it out.
 */
export async function expireApprovals(
  { databases: { ledger }, clock }: Pick<Ports, 'databases' | 'clock'>,
  runId?: string,
): Promise<string[]> {
  return ledger.transaction(async (trx) => {
    const over = await Approval.expireDue(trx, runId);
    for (const { run, state } of over) {
      if (!run) continue;
      if (state === 'alone') await recordUnanswered(trx, run, clock.now());
      else await endWaiting(trx, run, { state: 'expired', message: EXPIRED, at: clock.now() });
    }
    return over.filter(({ state }) => state !== 'alone').map((one) => one.runId);
  });
}

async function recordUnanswered(trx: Knex.Transaction, run: Run, at: Date): Promise<void> {
  const record = settledRecord(run, { state: run.state, message: UNANSWERED }, at);
  await AuditEntry.append(trx, [{ ...record, outcome: 'unanswered', rule: 'alone' }]);
}
