import type { AuditRecord } from '../../domain/audit-chain.ts';
import type { Run } from '../../models/run.ts';
import type { JournalLine } from '../../ports.ts';
import { answerRow, auditRecord, keysOf, outcomeRow, type RunDraft, type Settled, startRow } from './run-rows.ts';

const BROKEN_OFF =
  'CapOps was interrupted while its own record (the ledger) did not answer. What became of this is not known: look before you ask again.';

/** What is journalled before a run begins: should nothing follow, it was interrupted. Holds what the ledger would, no more. */
export function intentLine(run: RunDraft): JournalLine {
  const interrupted = { run, outcome: { state: 'interrupted', message: BROKEN_OFF }, at: run.startedAt } as const;
  return { ...outcomeLine(interrupted), kind: 'intent' };
}

/** What is journalled once a run is over. It stands for itself, whether or not the intent is there. */
export function outcomeLine(settled: Settled): JournalLine {
  const { run, outcome, at } = settled;
  const keys = keysOf(run.request);
  const row = { ...keys, ...startRow(run), ...outcomeRow(outcome, at), ...answerRow(run, outcome) };
  return {
    kind: 'outcome',
    runId: run.id,
    requestKey: keys.requestKey ?? keys.deliveryKey,
    run: asText(row),
    record: asText(auditRecord(settled)),
  };
}

/** Bytes. Many such lines may wait, so each has to be short. */
const MOST_INPUT = 8_192;

/** What is journalled of a run that needed no intent. Like in the ledger, it answers no request that comes again. */
export function noteLine(settled: Settled): JournalLine {
  const { run, outcome, at } = settled;
  const row = { ...startRow(run), ...outcomeRow(outcome, at) };
  const bytes = Buffer.byteLength(JSON.stringify(row.input));
  const input = bytes > MOST_INPUT ? { leftOut: `${bytes} bytes, too long for the emergency journal` } : row.input;
  return {
    kind: 'outcome',
    runId: run.id,
    requestKey: null,
    run: asText({ ...row, input }),
    record: asText({ ...auditRecord(settled), input }),
  };
}

function asText(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value));
}

/** A line as the ledger takes it. */
export function rowsOf({ runId, run, record }: JournalLine): {
  run: Partial<Run> & { id: string; finishedAt: Date };
  record: AuditRecord;
} {
  const { startedAt, finishedAt } = run as { startedAt: string; finishedAt: string };
  const times = { startedAt: new Date(startedAt), finishedAt: new Date(finishedAt) };
  const at = new Date((record as { at: string }).at);
  return { run: { ...run, ...times, id: runId }, record: { ...(record as unknown as AuditRecord), at } };
}
