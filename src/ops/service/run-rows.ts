import { AIRPORT_CODE } from '../../domain/airport-code.ts';
import type { AuditRecord } from '../../domain/audit-chain.ts';
import { recordable, recordableText } from '../../domain/recordable.ts';
import type { Run, RunState, StoredRequest } from '../../models/run.ts';
import type { Arguments, Trace } from './operation.ts';
import type { Report } from './report.ts';
import type { Request } from './service.ts';

/** A run as the ledger is to know it, before its outcome. */
export interface RunDraft {
  readonly id: string;
  readonly request: Request;
  readonly startedAt: Date;
  /** An emergency operation that has found the ledger down does not ask it again: its answer has to come within 5 s. */
  isLedgerDown?: boolean;
}

export interface RunOutcome {
  readonly state: Exclude<RunState, 'running' | 'received' | 'awaiting' | 'queued'>;
  readonly report?: Report;
  readonly trace?: Trace | undefined;
  readonly rule?: string;
  readonly message?: string;
  readonly reference?: string;
}

/** A run and how it ended. */
export interface Settled {
  readonly run: RunDraft;
  readonly outcome: RunOutcome;
  readonly at: Date;
}

/** What is known of a run at its start. */
export function startRow({ id, request: { operation, actor, raw }, startedAt }: RunDraft) {
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

/** What makes a request one, as the ledger holds it. */
export function keysOf({ deliveryKey, requestKey }: Request): {
  deliveryKey: string | null;
  requestKey: string | null;
} {
  return { deliveryKey: deliveryKey ?? null, requestKey: requestKey ?? null };
}

/** What another process needs to go on with a request. */
export function storedRow({ actor, answer, ...request }: Request, confirmation = request.confirmation): StoredRequest {
  return {
    actor: { ...actor, name: recordableText(actor.name) },
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** Only a run that is done keeps its request key: the same request may be made again when nothing came of it. */
export function outcomeRow({ state, report, rule, message, reference }: RunOutcome, finishedAt: Date): Partial<Run> {
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

/** A report as the ledger keeps it. */
export function storedReport(report: Report | undefined): object | null {
  return report ? (recordable({ ...report, attachments: undefined }) as object) : null;
}

/** What a repeated delivery of the request is answered with. */
export function answerRow({ request }: RunDraft, { state, report }: RunOutcome): Partial<Run> {
  return state === 'done' && report && (request.requestKey || request.deliveryKey || request.receipt)
    ? { result: storedReport(report) }
    : {};
}

/** What the audit keeps of a run: what came in, what was there before and what after. */
export function auditRecord({ run, outcome, at }: Settled): AuditRecord {
  const { id, operation, effect, actorId, actorName, face, channel, input } = startRow(run);
  const { state, rule, message, reference, trace } = outcome;
  const asStored = (value: unknown) => (value === undefined ? null : JSON.parse(JSON.stringify(recordable(value))));
  return {
    at,
    runId: id,
    operation,
    effect,
    outcome: state,
    rule: rule ?? null,
    message: message === undefined ? null : recordableText(message),
    reference: reference ?? null,
    actorId,
    actorName,
    face,
    channel,
    input: asStored(input),
    subjects: trace?.subjects ?? subjectsOf(run.request),
    before: asStored(trace?.before),
    after: asStored(trace?.after),
  };
}

/** The organisation that a request names, though nothing came of it. */
function subjectsOf({ operation, raw }: Request): string[] {
  const named = Object.entries(operation.args as Arguments).filter(([, { widget }]) => widget.kind === 'organisation');
  return codesAmong(named.map(([name]) => raw[name]));
}

function codesAmong(values: readonly unknown[]): string[] {
  return values.map((value) => String(value).toUpperCase()).filter((code) => AIRPORT_CODE.test(code));
}

/** The operation itself may be gone by now. Three letters elsewhere are no airport: a service is called web. */
const ORGANISATION_ARGUMENTS = ['org', 'code'];

/** What the audit keeps of a run that was settled after its process was gone. */
export function settledRecord(
  run: Run,
  { state, message }: { state: RunState; message: string },
  at: Date,
): AuditRecord {
  const { id: runId, operation, effect, actorId, actorName, face, channel, input } = run;
  const named = Object.entries(input).filter(([name]) => ORGANISATION_ARGUMENTS.includes(name));
  const subjects = codesAmong(named.map(([, value]) => value));
  const nothing = { rule: null, reference: null, before: null, after: null };
  return {
    ...nothing,
    subjects,
    at,
    runId,
    operation,
    effect,
    outcome: state,
    message,
    actorId,
    actorName,
    face,
    channel,
    input,
  };
}
