import { randomUUID } from 'node:crypto';
import { recordable, recordableText } from '../domain/recordable.ts';
import { DeniedError, UnavailableError } from '../errors.ts';
import { Run, type RunState } from '../models/run.ts';
import type { Ports } from '../ports.ts';
import { openNoteBook } from './note-book.ts';
import type { Report } from './report.ts';
import type { Request } from './service.ts';

/** A run as the ledger is to know it, before its outcome. */
export interface RunDraft {
  readonly id: string;
  readonly request: Request;
  readonly startedAt: Date;
}

export interface RunOutcome {
  readonly state: Exclude<RunState, 'running'>;
  readonly report?: Report;
  readonly rule?: string;
  readonly message?: string;
  readonly reference?: string;
}

/** Writes runs to the ledger. */
export interface Recorder {
  draft(request: Request): RunDraft;
  /** The run that this request was the first to begin, when it was delivered before. Throws UnavailableError without a ledger. */
  first(request: Request): Promise<Run | undefined>;
  /** Stores the intent. Returns the first run when this request was delivered before. Throws UnavailableError without a ledger. */
  begin(draft: RunDraft): Promise<Run | undefined>;
  /** Writes the outcome of a run that was begun. False, and logged, when the ledger did not take it. */
  settle(draft: RunDraft, outcome: RunOutcome): Promise<boolean>;
  /** Records a run that needed no intent, behind the answer: a read, a refusal. */
  note(draft: RunDraft, outcome: RunOutcome): void;
  /** Records a denial and returns it; throws whatever is none. */
  denial(error: unknown, request: Request): DeniedError;
  settled(): Promise<void>;
}

export function openRecorder({ databases: { ledger }, clock, log }: Ports): Recorder {
  const draft = (request: Request): RunDraft => ({ id: randomUUID(), request, startedAt: clock.now() });
  const failed = (id: string | undefined, error: unknown) =>
    log.warn({ runId: id, err: error }, 'the ledger did not take the record of a run');
  const notes = openNoteBook<Partial<Run>>({
    write: (rows) => Run.record(ledger, rows),
    failed: (rows, error) => {
      for (const { id } of rows) failed(id, error);
    },
  });
  const note = (run: RunDraft, outcome: RunOutcome): void =>
    notes.add({ ...row(run), ...outcomeRow(outcome, clock.now()) });

  return {
    draft,
    note,
    first: ({ requestKey }) =>
      withLedger(async () => (requestKey ? await Run.byRequestKey(ledger, requestKey) : undefined)),
    begin: (run) =>
      withLedger(async () => {
        const { requestKey } = run.request;
        if (await Run.begin(ledger, { ...row(run), requestKey: requestKey ?? null })) return undefined;
        return requestKey ? await Run.byRequestKey(ledger, requestKey) : undefined;
      }),
    settle: async (run, outcome) => {
      try {
        await Run.settle(ledger, run.id, { ...outcomeRow(outcome, clock.now()), ...answerRow(run, outcome) });
        return true;
      } catch (error) {
        failed(run.id, error);
        return false;
      }
    },
    denial: (error, request) => {
      if (!(error instanceof DeniedError)) throw error;
      note(draft(request), { state: 'denied', rule: error.rule, message: error.message });
      return error;
    },
    settled: notes.settled,
  };
}

/** Without the ledger no change begins. */
async function withLedger<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const consequence = 'Changes are refused until it does; nothing was changed. Reading still works.';
    throw new UnavailableError('CapOps’ own record (the ledger)', consequence, error);
  }
}

function row({ id, request: { operation, actor, raw }, startedAt }: RunDraft): Partial<Run> {
  return {
    id,
    operation: operation.name,
    effect: operation.effect,
    actorId: actor.id,
    actorName: recordableText(actor.name),
    face: actor.face,
    channel: actor.slack?.channelId ?? null,
    input: recordable(raw) as object,
    startedAt,
  };
}

/** Only a run that is done keeps its request key: the same request may be made again when nothing came of it. */
function outcomeRow({ state, report, rule, message, reference }: RunOutcome, finishedAt: Date): Partial<Run> {
  return {
    state,
    rule: rule ?? null,
    message: message === undefined ? null : recordableText(message),
    reference: reference ?? null,
    summary: report ? recordableText(report.title) : null,
    finishedAt,
    ...(state === 'done' ? {} : { requestKey: null }),
  };
}

/** What a repeated delivery of the request is answered with. */
function answerRow({ request }: RunDraft, { state, report }: RunOutcome): Partial<Run> {
  return state === 'done' && report && request.requestKey
    ? { result: recordable({ ...report, attachments: undefined }) as object }
    : {};
}
