import type { Knex } from 'knex';
import { AuditEntry } from '../models/audit-entry.ts';
import { Run } from '../models/run.ts';
import { settledRecord } from './run-rows.ts';

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
