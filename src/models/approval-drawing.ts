import type { Knex } from 'knex';
import { raw } from 'objection';
import { Approval, later, type Posted } from './approval.ts';

/** How long a replica is believed to be drawing a request after it took it. */
const DRAWING_MS = 60_000;
/** Slack may have lost the channel: nobody tries for ever. Longer than any request waits. */
const DRAWN_WITHIN_MS = 9 * 86_400_000;
/** What Slack should show of a request: anything that was decided changes it, and how the run ended. */
const LOOK = `state
  || ' ' || (SELECT count(*) FROM approval_decisions WHERE approval_decisions.run_id = approvals.run_id)
  || ' ' || (SELECT CASE WHEN finished_at IS NULL THEN 'open' ELSE runs.state END FROM runs WHERE runs.id = approvals.run_id)`;

/** Takes those that Slack does not show as they are. Each is held by one caller, until it is drawn or for a minute. */
export async function undrawnApprovals(ledger: Knex, runId?: string): Promise<Approval[]> {
  return Approval.query(ledger)
    .whereRaw(`drawn IS DISTINCT FROM ${LOOK}`)
    .where('requested_at', '>', later(-DRAWN_WITHIN_MS))
    .where((held) => held.whereNull('drawing_until').orWhere('drawing_until', '<=', raw('clock_timestamp()')))
    .modify((query) => {
      if (runId !== undefined) query.where('run_id', runId);
    })
    .patch({ drawingUntil: later(DRAWING_MS) } as object)
    .returning(['*', raw(`${LOOK} AS look`)] as never)
    .withGraphFetched('[run, decisions]');
}

/** Says what Slack shows of a request now, and where. */
export async function noteDrawn(ledger: Knex, { runId, look }: Approval, posted: Posted): Promise<void> {
  await Approval.query(ledger)
    .findById(runId)
    .patch({ drawn: look ?? null, posted, drawingUntil: null });
}
