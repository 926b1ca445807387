import { UnavailableError, UserError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';
import { openApproval } from '../approving/approval-request.ts';
import type { Look } from './look-first.ts';
import type { Arguments, Context, InputOf } from './operation.ts';
import type { Recorder, Waiting } from './recorder.ts';
import { repetition } from './repetition.ts';
import type { RunDraft } from './run-rows.ts';
import { asksSecondPerson, LEDGER_DOWN } from './second-person.ts';
import type { Outcome } from './service.ts';
import { standsIn } from './stored-receipt.ts';
import type { Underway } from './unsuccessful.ts';

interface Desk {
  readonly ports: Ports;
  readonly recorder: Recorder;
}

interface Seen {
  readonly look: Look;
  readonly context: Context;
  readonly input: InputOf<Arguments>;
}

const NOBODY_NOW =
  'The ledger does not answer, so nobody can be asked now. Nothing was changed. Ask again once it is back, or go on in the terminal with --force.';

/** Lets a run wait where it has to: for a second person, for its turn in the queue. Undefined: it runs now. */
export async function waitInstead(desk: Desk, run: Underway, seen: Seen): Promise<Outcome | undefined> {
  if (asksSecondPerson(desk.ports, run.request)) {
    const waits = await awaitSecondPerson(desk, run, seen);
    if (waits) return waits;
  }
  if (isQueued(desk.ports, run)) return queue(desk, run);
  return undefined;
}

/** Undefined: it goes on alone, now. */
async function awaitSecondPerson(desk: Desk, run: Underway, seen: Seen): Promise<Outcome | undefined> {
  if (!run.request.operation.aloneUnless) return ask(desk, run, seen);
  try {
    if (!run.isLedgerDown) return await ask(desk, run, seen);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    run.isLedgerDown = true;
  }
  const unless = await run.request.operation.aloneUnless({ ...seen.context, isLedgerDown: true }, seen.input);
  if (unless) throw new UserError(`${unless.because} ${NOBODY_NOW}`, unless.offers);
  run.unapproved = LEDGER_DOWN;
  return undefined;
}

async function ask({ ports, recorder }: Desk, run: Underway, seen: Seen): Promise<Outcome | undefined> {
  const requested = await openApproval(ports, run, seen);
  if ('rule' in requested) {
    run.unapproved = requested;
    return undefined;
  }
  const { also, report, aloneAt } = requested;
  return wait(
    recorder,
    run,
    { state: 'awaiting', confirmation: seen.look.hash, preview: seen.look.report, also },
    { kind: 'awaiting', runId: run.id, report, ...(aloneAt ? { aloneAt } : {}) },
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
