import { setTimeout as sleep } from 'node:timers/promises';
import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { cancelRun } from '../cancel-run.ts';
import { outcomeOf } from '../service/run-outcome.ts';
import { ANSWER_UNSEEN } from '../service/second-person.ts';
import type { AwaitingOutcome, OpsService, Outcome, Request } from '../service/service.ts';
import { expireApprovals } from './approval-record.ts';
import { carryOut } from './carry-out.ts';

const LOOK_EVERY_MS = 1_000;
/** A ledger that answers again within this time has it done as it was stored. */
const GRACE_MS = 15_000;

interface Office {
  readonly ports: Ports;
  readonly service: OpsService;
}

/** See `OpsService.seeThrough`. A ledger that goes down meanwhile stops nothing that may go on alone. */
export async function seeThrough(
  { ports, service }: Office,
  request: Request,
  { runId, aloneAt }: AwaitingOutcome,
): Promise<Outcome> {
  const { signal } = request;
  const startedAt = ports.clock.now();
  let isTakenBack = false;
  for (;;) {
    if (signal?.aborted && !isTakenBack) {
      isTakenBack = true;
      await service.execute({ operation: cancelRun, actor: request.actor, raw: { run: runId } });
    }
    const outcome = await look({ ports, service }, runId).catch(() => 'ledger down' as const);
    if (outcome === 'ledger down') {
      const lateMs = ports.clock.now().getTime() - (aloneAt?.getTime() ?? Number.POSITIVE_INFINITY);
      if (lateMs > GRACE_MS && !isTakenBack) return withoutLedger(service, request, { runId, startedAt });
    } else if (outcome) return outcome;
    await sleep(LOOK_EVERY_MS, undefined, { signal: isTakenBack ? undefined : signal }).catch(() => undefined);
  }
}

/** How it ended; undefined while it waits, or is on its way elsewhere. */
async function look({ ports, service }: Office, runId: string): Promise<Outcome | undefined> {
  const { ledger } = ports.databases;
  const run = await Run.byId(ledger, runId);
  if (run?.finishedAt) return outcomeOf(run);
  if (run?.state !== 'awaiting') return undefined;
  await expireApprovals(ports, runId);
  const outcome = await carryOut({ ...ports, service }, runId);
  // Somebody else is at it.
  return outcome?.kind === 'done' && outcome.repeated ? undefined : outcome;
}

/** The same run, on record in the journal: whoever finds it stored later finds what it did. */
function withoutLedger(
  service: OpsService,
  request: Request,
  { runId, startedAt }: { runId: string; startedAt: Date },
): Promise<Outcome> {
  const receipt = { kind: 'stored', runId, startedAt, state: 'awaiting', ownedBy: null } as const;
  return service.execute({ ...request, receipt, unapproved: ANSWER_UNSEEN });
}
