import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { DeniedError } from '../../errors.ts';
import { AuditEntry } from '../../models/audit-entry.ts';
import { Run, type RunState } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { openGroupCommit } from './group-commit.ts';
import { keepNotes } from './keep-notes.ts';
import { openNoteBook } from './note-book.ts';
import type { Report } from './report.ts';
import {
  answerRow,
  auditRecord,
  keysOf,
  outcomeRow,
  type RunDraft,
  type RunOutcome,
  type Settled,
  startRow,
  storedReport,
  storedRow,
} from './run-rows.ts';
import type { Request } from './service.ts';
import { storedReceipt } from './stored-receipt.ts';
import { withLedger } from './with-ledger.ts';

/** Writes runs to the ledger. */
export interface Recorder {
  draft(request: Request): RunDraft;
  /** The run that this request was the first to begin, when it was delivered before. Throws UnavailableError without a ledger. */
  first(request: Request): Promise<Run | undefined>;
  /**
   * Stores the intent, or moves a stored request on to it; with `also`, in one transaction. Returns the run as it stands
   * when this request was delivered before, or another process has it by now. Throws UnavailableError without a ledger.
   */
  begin(draft: RunDraft, to?: Waiting): Promise<Run | undefined>;
  /** Puts a run that was begun back into the queue; a ledger that does not take that has others find it by and by. */
  handBack(draft: RunDraft): Promise<void>;
  /** Writes the outcome of a run that was begun. False, and logged, when the ledger did not take it: it is owed then. */
  settle(draft: RunDraft, outcome: RunOutcome): Promise<boolean>;
  /** Records a run that needed no intent, behind the answer: a read, a refusal. Without a ledger, in the journal. */
  note(draft: RunDraft, outcome: RunOutcome): void;
  /** Records a denial and returns it; throws whatever is none. */
  denial(error: unknown, request: Request): DeniedError;
  /** Nobody waits for this run's answer any more. Written behind. */
  answered(runId: string): void;
  /** Writes the outcomes that the ledger did not take before. */
  settleOwed(): Promise<void>;
  settled(): Promise<void>;
}

/** Where a run waits instead of running, and what is written with that. */
export interface Waiting {
  readonly state: Extract<RunState, 'awaiting' | 'queued'>;
  readonly confirmation?: string | undefined;
  /** What whoever approves it sees. */
  readonly preview?: Report | undefined;
  readonly also: (trx: Knex.Transaction) => Promise<void>;
}

export function openRecorder({ databases: { ledger }, clock, log, startId, journal }: Ports): Recorder {
  const draft = (request: Request): RunDraft => {
    const receipt = storedReceipt(request);
    if (receipt) return { id: receipt.runId, request, startedAt: receipt.startedAt };
    return { id: randomUUID(), request, startedAt: clock.now() };
  };
  const owed: Settled[] = [];
  const failed = (id: string | undefined, error: unknown) =>
    log.warn({ runId: id, err: error }, 'the ledger did not take the record of a run');
  const notes = openNoteBook<Settled>({
    write: (settled) =>
      ledger.transaction(async (trx) => {
        const recorded = await Run.record(
          trx,
          settled.map(({ run, outcome, at }) => ({ ...startRow(run), ...outcomeRow(outcome, at) })),
        );
        await AuditEntry.append(trx, settled.filter(({ run }) => recorded.has(run.id)).map(auditRecord));
      }),
    failed: async (settled, error) => {
      for (const one of settled) failed(one.run.id, error);
      const isStored = ({ run }: Settled) => storedReceipt(run.request) !== undefined;
      owed.push(...settled.filter(isStored));
      const others = settled.filter((one) => !isStored(one));
      if (journal) await keepNotes({ journal, log }, others);
    },
  });
  const answers = openNoteBook<string>({
    write: async (ids) => {
      // Only what is over counts as answered, and the notes say that.
      await notes.settled();
      await Run.answered(ledger, ids);
    },
    failed: (ids, error) => failed(ids[0], error),
  });
  const note = (run: RunDraft, outcome: RunOutcome): void => notes.add({ run, outcome, at: clock.now() });
  const write = openGroupCommit<Settled>((settled) =>
    ledger.transaction(async (trx) => {
      const isFirst: boolean[] = [];
      for (const { run, outcome, at } of settled)
        isFirst.push(await Run.settle(trx, run.id, { ...outcomeRow(outcome, at), ...answerRow(run, outcome) }));
      await AuditEntry.append(trx, settled.filter((_, place) => isFirst[place]).map(auditRecord));
    }),
  );

  return {
    draft,
    note,
    first: ({ deliveryKey, requestKey }) => withLedger(() => Run.byKeys(ledger, { deliveryKey, requestKey })),
    begin: (run, to) =>
      withLedger(async () => {
        const isBegun = to
          ? await ledger.transaction(async (trx) => {
              const moved = await moveOn(trx, run, { to, startId: null });
              if (moved) await to.also(trx);
              return moved;
            })
          : await moveOn(ledger, run, { startId: startId ?? null });
        if (isBegun) return undefined;
        return storedReceipt(run.request) ? Run.byId(ledger, run.id) : Run.byKeys(ledger, keysOf(run.request));
      }),
    handBack: async (run) => {
      const ours = { id: run.id, from: 'running', startId: startId ?? null } as const;
      await Run.advance(ledger, ours, { state: 'queued', startId: null }).catch((error: unknown) =>
        failed(run.id, error),
      );
    },
    settle: async (run, outcome) => {
      const settled = { run, outcome, at: clock.now() };
      try {
        await write(settled);
        return true;
      } catch (error) {
        failed(run.id, error);
        owed.push(settled);
        return false;
      }
    },
    denial: (error, request) => {
      if (!(error instanceof DeniedError)) throw error;
      note(draft(request), { state: 'denied', rule: error.rule, message: error.message });
      return error;
    },
    answered: answers.add,
    settleOwed: async () => {
      for (let next = owed.shift(); next; next = owed.shift()) {
        try {
          await write(next);
        } catch (error) {
          owed.unshift(next);
          throw error;
        }
      }
    },
    settled: async () => {
      await notes.settled();
      await answers.settled();
    },
  };
}

/** False when the request was delivered before, or the run is no longer where it was, or another process's. */
async function moveOn(
  ledger: Knex,
  run: RunDraft,
  { to, startId }: { to?: Waiting; startId: string | null },
): Promise<boolean> {
  const receipt = storedReceipt(run.request);
  const change = {
    startId,
    // A request is stored with the name that came with it, and runs under the one that was looked up.
    actorName: startRow(run).actorName,
    state: to?.state ?? ('running' as const),
    ...(to ? { request: storedRow(run.request, to.confirmation), result: storedReport(to.preview) } : {}),
  };
  if (!receipt) return Run.begin(ledger, { ...startRow(run), ...keysOf(run.request), ...change });
  const { state: from, ownedBy } = receipt;
  return Run.advance(ledger, { id: run.id, from, startId: ownedBy }, change);
}
