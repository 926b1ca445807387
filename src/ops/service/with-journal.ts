import { UnavailableError } from '../../errors.ts';
import { Run } from '../../models/run.ts';
import type { Journal, Ports } from '../../ports.ts';
import { intentLine, outcomeLine, rowsOf } from './journal-record.ts';
import type { Recorder } from './recorder.ts';
import { LEDGER, LEDGER_CONSEQUENCE } from './with-ledger.ts';

/** The recorder with the journal beneath it: while the ledger is down, emergency operations are recorded there. */
export function withJournal(
  recorder: Recorder,
  { journal, clock, log }: Pick<Ports, 'journal' | 'clock' | 'log'>,
): Recorder {
  return journal ? beneath(recorder, { journal, clock, log }) : recorder;
}

interface Beneath extends Pick<Ports, 'clock' | 'log'> {
  readonly journal: Journal;
}

function beneath(recorder: Recorder, { journal, clock, log }: Beneath): Recorder {
  const journalled = new Set<string>();
  return {
    ...recorder,
    begin: async (run, to) => {
      try {
        if (run.isLedgerDown && !to) throw new UnavailableError(LEDGER, LEDGER_CONSEQUENCE, undefined);
        return await recorder.begin(run, to);
      } catch (error) {
        if (!(error instanceof UnavailableError) || !run.request.operation.emergency || to) throw error;
        const first = await journal.append(intentLine(run)).catch(unrecorded);
        if (first) return Run.fromJson(rowsOf(first).run, { skipValidation: true });
        journalled.add(run.id);
        run.isLedgerDown = true;
        return undefined;
      }
    },
    settle: async (run, outcome) => {
      if (!journalled.delete(run.id)) return recorder.settle(run, outcome);
      // Where it cannot be written the intent stands there, and says that nobody knows what became of it.
      try {
        await journal.append(outcomeLine({ run, outcome, at: clock.now() }));
        return true;
      } catch (error) {
        log.error({ err: error, runId: run.id }, 'the emergency journal did not take the outcome of a run');
        return false;
      }
    },
  };
}

/** Without any record nothing is done, in an emergency neither. */
function unrecorded(cause: unknown): never {
  const consequence =
    'The emergency journal on this machine cannot be written either, so nothing was done. Look for a full disk.';
  throw new UnavailableError(LEDGER, consequence, cause);
}
