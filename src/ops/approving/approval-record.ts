import type { Knex } from 'knex';
import { Approval } from '../../models/approval.ts';
import { AuditEntry } from '../../models/audit-entry.ts';
import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { settledRecord } from '../service/run-rows.ts';

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

/** Ends what has waited too long, each run with its approval. Returns the ids of those that ended here. */
export async function expireApprovals({
  databases: { ledger },
  clock,
}: Pick<Ports, 'databases' | 'clock'>): Promise<string[]> {
  return ledger.transaction(async (trx) => {
    const expired = await Approval.expireDue(trx);
    for (const { run } of expired) {
      if (run) await endWaiting(trx, run, { state: 'expired', message: EXPIRED, at: clock.now() });
    }
    return expired.map(({ runId }) => runId);
  });
}
