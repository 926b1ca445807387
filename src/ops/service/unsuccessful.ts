import { databaseDown } from '../../domain/connection-failure.ts';
import { ContainersError, DeniedError, ProgramError, StorageError, UnavailableError, UserError } from '../../errors.ts';
import { Run } from '../../models/run.ts';
import type { SoFar } from '../../models/run-so-far.ts';
import type { Ports } from '../../ports.ts';
import { CancelledError, HandedBackError } from './cancellation.ts';
import { LeaseLostError } from './lease.ts';
import type { Unapproved } from './operation.ts';
import type { Recorder } from './recorder.ts';
import { repetition } from './repetition.ts';
import type { RunDraft } from './run-rows.ts';
import type { Outcome } from './service.ts';
import { storedReceipt } from './stored-receipt.ts';

interface Office {
  readonly ports: Ports;
  readonly recorder: Recorder;
}

/** A run on its way: `begun` once its intent stands in the ledger. */
export interface Underway extends RunDraft {
  begun: boolean;
  /** What it has noted, in this process or before. */
  soFar?: SoFar | undefined;
  /** Ends it before it is through. */
  readonly ending: AbortController;
  /** It goes on without a second person, though it needs one. */
  unapproved?: Unapproved;
}

/** Records how a run went wrong, and says so: what can be mended, what is denied, or a reference that stands in the log. */
export async function unsuccessful(office: Office, run: Underway, error: unknown): Promise<Outcome> {
  const elsewhere = run.begun ? undefined : await elsewhereBy(office, run);
  return elsewhere ? repetition(elsewhere) : wentWrong(office, run, error);
}

/** A run that waited, and that somebody else has begun meanwhile: it is theirs to say how it ends. */
async function elsewhereBy({ ports }: Office, { id, request }: Underway): Promise<Run | undefined> {
  const receipt = storedReceipt(request);
  if (!receipt?.isResumed) return undefined;
  const run = await Run.byId(ports.databases.ledger, id).catch(() => undefined);
  return run && run.state !== receipt.state ? run : undefined;
}

async function wentWrong({ ports, recorder }: Office, run: Underway, error: unknown): Promise<Outcome> {
  const record = async (outcome: Parameters<Recorder['note']>[1]) => {
    // What waited is over before anybody hears of it, so that nobody goes on with it once more.
    if (run.begun || storedReceipt(run.request)?.isResumed) await recorder.settle(run, outcome);
    else recorder.note(run, outcome);
  };
  if (error instanceof HandedBackError) return handBack(recorder, run, error);
  if (error instanceof CancelledError) {
    const { message } = new CancelledError(error.by, run.soFar?.words);
    await record({ state: 'cancelled', message });
    return { kind: 'ended', runId: run.id, state: 'cancelled', message };
  }
  if (error instanceof UserError) {
    const refusal = withSoFar(run, error);
    await record({ state: 'refused', message: refusal.message });
    return { kind: 'refused', runId: run.id, error: refusal };
  }
  if (error instanceof DeniedError) {
    await record({ state: 'denied', rule: error.rule, message: error.message });
    return { kind: 'denied', runId: run.id, error };
  }
  const reference = run.id.slice(0, 8);
  ports.log.error({ runId: run.id, reference, operation: run.request.operation.name, err: error }, 'a run failed');
  const message = [failureMessage(run, error), run.soFar?.words].filter(Boolean).join(' ');
  await record({ state: 'failed', message, reference });
  return { kind: 'failed', runId: run.id, message, reference };
}

async function handBack(recorder: Recorder, run: Underway, { message }: HandedBackError): Promise<Outcome> {
  await recorder.handBack(run);
  return { kind: 'queued', runId: run.id, report: { tone: 'info', title: message } };
}

function withSoFar({ soFar }: Underway, error: UserError): UserError {
  return soFar ? new UserError([...error.problems, { message: soFar.words }], error.offers) : error;
}

function failureMessage(run: Underway, error: unknown): string {
  const isSaid = [UnavailableError, StorageError, ProgramError, ContainersError, LeaseLostError].some(
    (kind) => error instanceof kind,
  );
  if (isSaid) return (error as Error).message;
  if (databaseDown(error)) {
    const consequence = run.begun
      ? 'The change is either whole or not there at all. Ask again when it is back: what was done already is not done twice.'
      : 'Nothing was changed. Try again in a moment.';
    return new UnavailableError('the platform’s database', consequence, error).message;
  }
  return 'Something went wrong inside CapOps. Its log has the details under the reference.';
}
