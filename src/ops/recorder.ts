import { randomUUID } from 'node:crypto';
import { DeniedError } from '../errors.ts';
import { AuditEntry } from '../models/audit-entry.ts';
import { Run } from '../models/run.ts';
import type { Ports } from '../ports.ts';
import { openNoteBook } from './note-book.ts';
import {
  answerRow,
  auditRecord,
  outcomeRow,
  type RunDraft,
  type RunOutcome,
  type Settled,
  startRow,
} from './run-rows.ts';
import type { Request } from './service.ts';
import { withLedger } from './with-ledger.ts';

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

export function openRecorder({ databases: { ledger }, clock, log, startId }: Ports): Recorder {
  const draft = (request: Request): RunDraft => ({ id: randomUUID(), request, startedAt: clock.now() });
  const failed = (id: string | undefined, error: unknown) =>
    log.warn({ runId: id, err: error }, 'the ledger did not take the record of a run');
  const notes = openNoteBook<Settled>({
    write: (settled) =>
      ledger.transaction(async (trx) => {
        await Run.record(
          trx,
          settled.map(({ run, outcome, at }) => ({ ...startRow(run), ...outcomeRow(outcome, at) })),
        );
        await AuditEntry.append(trx, settled.map(auditRecord));
      }),
    failed: (settled, error) => {
      for (const { run } of settled) failed(run.id, error);
    },
  });
  const note = (run: RunDraft, outcome: RunOutcome): void => notes.add({ run, outcome, at: clock.now() });

  return {
    draft,
    note,
    first: ({ requestKey }) =>
      withLedger(async () => (requestKey ? await Run.byRequestKey(ledger, requestKey) : undefined)),
    begin: (run) =>
      withLedger(async () => {
        const { requestKey } = run.request;
        if (await Run.begin(ledger, { ...startRow(run), startId: startId ?? null, requestKey: requestKey ?? null }))
          return undefined;
        return requestKey ? await Run.byRequestKey(ledger, requestKey) : undefined;
      }),
    settle: async (run, outcome) => {
      try {
        const at = clock.now();
        await ledger.transaction(async (trx) => {
          await Run.settle(trx, run.id, { ...outcomeRow(outcome, at), ...answerRow(run, outcome) });
          await AuditEntry.append(trx, [auditRecord({ run, outcome, at })]);
        });
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
