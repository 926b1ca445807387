import { Approval, MAY_GO_ON } from '../../models/approval.ts';
import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { outcomeOf } from '../service/run-outcome.ts';
import type { OpsService, Outcome } from '../service/service.ts';

/** What leaves nothing done: the approval does not hold for another time. */
const UNDONE = ['refused', 'denied', 'ended', 'preview'];

/** Runs what may go on, exactly as it was stored. Undefined: it is on its way already, elsewhere, or may not. */
export async function carryOut(
  { databases: { ledger }, service }: Pick<Ports, 'databases'> & { readonly service: OpsService },
  runId: string,
): Promise<Outcome | undefined> {
  const approval = await Approval.of(ledger, runId);
  const resumed = approval && MAY_GO_ON.includes(approval.state) ? await service.resume(runId) : undefined;
  const outcome = resumed ?? (await ended(ledger, runId));
  if (outcome && UNDONE.includes(outcome.kind)) await Approval.makeVoid(ledger, runId);
  return outcome;
}

/** How it ended, where somebody else was faster: one who carried it out, or who cancelled it. */
async function ended(ledger: Ports['databases']['ledger'], runId: string): Promise<Outcome | undefined> {
  const run = await Run.byId(ledger, runId);
  return run?.finishedAt ? outcomeOf(run) : undefined;
}
