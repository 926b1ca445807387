import type { Knex } from 'knex';
import type { AuditRecord } from '../domain/audit-chain.ts';
import { AuditEntry } from './audit-entry.ts';
import { Run } from './run.ts';

/** Any number that nobody else uses for advisory locks: what was journalled is replayed by one process at a time. */
const REPLAY_LOCK = 7_236_904_129;

/**
 * Writes a run that was over, or broken off, while the ledger was down, and its entry of the audit, both or neither.
 * False when the ledger has them: the run is over there in the same way, or it is known there how it ended, and here not.
 */
export async function recordJournalled(
  ledger: Knex,
  { run, record }: { run: Partial<Run> & { id: string }; record: AuditRecord },
): Promise<boolean> {
  return ledger.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [REPLAY_LOCK]);
    const known = await Run.query(trx).findById(run.id);
    if (known?.finishedAt && (known.state === run.state || run.state === 'interrupted')) return false;
    // The ledger may know the request by a delivery that came before it was down.
    const { id, requestKey, deliveryKey } = run;
    const others = [await Run.byKeys(trx, { requestKey }), await Run.byKeys(trx, { deliveryKey })];
    const isKnown = others.some((other) => other && other.id !== id);
    await Run.record(trx, [{ ...run, ...(isKnown ? { requestKey: null, deliveryKey: null } : {}) }]);
    await AuditEntry.append(trx, [record]);
    return true;
  });
}
