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
  const { actor, signal } = request;
  const startedAt = ports.clock.now();
  let isTakenBack = false;
  const takeBack = async () => {
    const { kind } = await service.execute({ operation: cancelRun, actor, raw: { run: runId } });
    isTakenBack = kind !== 'failed';
    return isTakenBack;
  };
  for (;;) {
    const first = signal?.aborted && !isTakenBack ? takeBack : undefined;
    const outcome = await look({ ports, service }, runId, first).catch(() => 'ledger down' as const);
    if (outcome === 'ledger down') {
      const lateMs = ports.clock.now().getTime() - (aloneAt?.getTime() ?? Number.POSITIVE_INFINITY);
      if (lateMs > GRACE_MS && !signal?.aborted) return withoutLedger(service, request, { runId, startedAt });
    } else if (outcome) return outcome;
    await sleep(LOOK_EVERY_MS, undefined, { signal: signal?.aborted ? undefined : signal }).catch(() => undefined);
  }
}

/** How it ended; undefined while it waits, or is on its way elsewhere. Unless `first` succeeds, it is not gone on with. */
async function look(
  { ports, service }: Office,
  runId: string,
  first?: () => Promise<boolean>,
): Promise<Outcome | undefined> {
  const { ledger } = ports.databases;
  const run = await Run.byId(ledger, runId);
  if (run?.finishedAt) return outcomeOf(run);
  if (first) return (await first()) ? look({ ports, service }, runId) : undefined;
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
