import type { Ports } from '../../ports.ts';
import { openApproval } from '../approving/approval-request.ts';
import type { Look } from './look-first.ts';
import type { Recorder, Waiting } from './recorder.ts';
import { repetition } from './repetition.ts';
import type { RunDraft } from './run-rows.ts';
import { asksSecondPerson } from './second-person.ts';
import type { Outcome } from './service.ts';
import { standsIn } from './stored-receipt.ts';

interface Desk {
  readonly ports: Ports;
  readonly recorder: Recorder;
}

/** Lets a run wait where it has to: for a second person, for its turn in the queue. Undefined: it runs now. */
export async function waitInstead(desk: Desk, run: RunDraft, look: Look): Promise<Outcome | undefined> {
  if (asksSecondPerson(desk.ports, run.request)) return awaitSecondPerson(desk, run, look);
  if (isQueued(desk.ports, run)) return queue(desk, run);
  return undefined;
}

async function awaitSecondPerson({ ports, recorder }: Desk, run: RunDraft, look: Look): Promise<Outcome> {
  const { also, report } = await openApproval(ports, run, look);
  return wait(
    recorder,
    run,
    { state: 'awaiting', confirmation: look.hash, preview: look.report, also },
    { kind: 'awaiting', runId: run.id, report },
  );
}

/** Whoever sits at the terminal waits for the end there; elsewhere a worker takes what is long. */
function isQueued({ jobs }: Ports, { request }: RunDraft): boolean {
  const { operation, actor } = request;
  if (!operation.long || !jobs || actor.face === 'terminal') return false;
  return !standsIn(request, ['queued', 'running']);
}

async function queue({ ports: { jobs }, recorder }: Desk, run: RunDraft): Promise<Outcome> {
  const { operation } = run.request;
  const { summary } = operation;
  const title = `Begun: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}.`;
  const report = { tone: 'info', title } as const;
  const also: Waiting['also'] = async (trx) => jobs?.enqueue(trx, run.id);
  return wait(recorder, run, { state: 'queued', also }, { kind: 'queued', runId: run.id, report });
}

async function wait(recorder: Recorder, run: RunDraft, waiting: Waiting, outcome: Outcome): Promise<Outcome> {
  const first = await recorder.begin(run, waiting);
  return first ? repetition(first) : outcome;
}
