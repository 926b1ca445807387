import { Run } from '../../models/run.ts';
import { queuedRuns } from '../../models/run-list.ts';
import type { Ports } from '../../ports.ts';

/**
 * Finds runs that wait for their turn without a job, and gives them one. To be called every minute: only what waited the time
 * before, too, is asked about, and one that has its job keeps it. Rejects when the ledger does not answer.
 */
export function openLostRuns({ databases: { ledger }, jobs }: Ports): () => Promise<void> {
  let before = new Set<string>();
  return async () => {
    const waiting = await queuedRuns(ledger);
    const long = waiting.filter((id) => before.has(id));
    before = new Set(waiting);
    for (const id of long) {
      await ledger.transaction(async (trx) => {
        if (await Run.isQueued(trx, id)) await jobs?.enqueue(trx, id);
      });
    }
  };
}
