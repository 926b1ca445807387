import { Approval, MAY_GO_ON } from '../../models/approval.ts';
import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import type { Correspondent } from './correspondent.ts';
import { execute } from './execute.ts';
import { UNANSWERED } from './second-person.ts';
import type { OpsService, Outcome, Request } from './service.ts';

type Desk = Parameters<typeof execute>[0];

/** The request of a stored run, to go on with. Undefined where this version knows no such operation, or nobody can. */
export function storedRequest(service: OpsService, run: Run): Request | undefined {
  const operation = service.operations.find(({ name }) => name === run.operation);
  if (!operation || !run.request) return undefined;
  const { actor, confirmation, answer } = run.request;
  const { id: runId, startedAt, state, startId: ownedBy, deliveryKey, requestKey } = run;
  return {
    operation,
    actor,
    raw: run.input as Request['raw'],
    answer,
    receipt: { kind: 'stored', runId, startedAt, state, ownedBy, isResumed: true },
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(deliveryKey === null ? {} : { deliveryKey }),
    ...(requestKey === null ? {} : { requestKey }),
  };
}

/** Goes on with a stored run where it stands, and answers whoever asked. Never rejects; undefined: nothing to go on with. */
export async function resume(
  desk: Desk,
  run: Run,
  { correspondent, signal }: { correspondent: Correspondent | undefined; signal?: AbortSignal | undefined },
): Promise<Outcome | undefined> {
  const stored = storedRequest(desk.service, run);
  if (!stored) return undefined;
  const isAlone = await wasLeftAlone(desk, stored, run).catch(() => undefined);
  if (isAlone === undefined) return undefined;
  const correspondence = await correspondent?.about(run, stored);
  const request: Request = {
    ...stored,
    ...(isAlone ? { unapproved: UNANSWERED } : {}),
    ...(correspondence?.openFile ? { openFile: correspondence.openFile } : {}),
    ...(correspondence?.progress ? { progress: correspondence.progress } : {}),
    ...(signal ? { signal } : {}),
  };
  const outcome = await execute(desk, request);
  // Somebody else was faster, and answers.
  if (outcome.kind === 'done' && outcome.repeated) {
    await correspondence?.leave?.();
    return outcome;
  }
  await answer(desk, { run, outcome, correspondence });
  return outcome;
}

/** Whether nobody has answered, so that it goes on without a second person. */
async function wasLeftAlone({ ports }: Desk, { operation }: Request, { id }: Run): Promise<boolean> {
  if (!operation.aloneUnless) return false;
  return (await Approval.of(ports.databases.ledger, id))?.state === 'alone';
}

/** The same for a run that waits: for a second person who has agreed, or for its turn. */
export async function resumeById(
  desk: Desk,
  runId: string,
  how: Parameters<typeof resume>[2],
): Promise<Outcome | undefined> {
  const run = await waitingRun(desk.ports.databases.ledger, runId).catch(() => undefined);
  return run && resume(desk, run, how);
}

/** The run, if it may go on now. */
async function waitingRun(ledger: Ports['databases']['ledger'], runId: string): Promise<Run | undefined> {
  const run = await Run.byId(ledger, runId);
  if (run?.state === 'queued') return run;
  const approval = run?.state === 'awaiting' ? await Approval.of(ledger, runId) : undefined;
  return approval && MAY_GO_ON.includes(approval.state) ? run : undefined;
}

/** Answers; what cannot be said now is said by whoever looks for unanswered runs next. */
async function answer({ ports, recorder }: Desk, { run, outcome, correspondence }: Answering): Promise<void> {
  if (!correspondence) return;
  try {
    await correspondence.answer(outcome);
    recorder.answered(run.id);
  } catch (error) {
    ports.log.warn({ err: error, runId: run.id }, 'whoever asked for a run could not be told how it ended');
    await Run.leaveUnanswered(ports.databases.ledger, run.id).catch(() => undefined);
  }
}

interface Answering {
  readonly run: Run;
  readonly outcome: Outcome;
  readonly correspondence: Awaited<ReturnType<Correspondent['about']>> | undefined;
}
