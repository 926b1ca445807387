import { UnavailableError } from '../errors.ts';
import { Run } from '../models/run.ts';
import type { Journal, Ports } from '../ports.ts';
import { intentLine, outcomeLine, rowsOf } from './journal-record.ts';
import type { Recorder } from './recorder.ts';

/** The recorder with the journal beneath it: while the ledger is down, emergency operations are recorded there. */
export function withJournal(recorder: Recorder, { journal, clock }: Pick<Ports, 'journal' | 'clock'>): Recorder {
  return journal ? beneath(recorder, journal, clock) : recorder;
}

function beneath(recorder: Recorder, journal: Journal, clock: Ports['clock']): Recorder {
  const journalled = new Set<string>();
  return {
    ...recorder,
    begin: async (run, to) => {
      try {
        return await recorder.begin(run, to);
      } catch (error) {
        if (!(error instanceof UnavailableError) || !run.request.operation.emergency || to) throw error;
        const first = await journal.append(intentLine(run));
        if (first) return Run.fromJson(rowsOf(first).run, { skipValidation: true });
        journalled.add(run.id);
        return undefined;
      }
    },
    settle: async (run, outcome) => {
      if (!journalled.delete(run.id)) return recorder.settle(run, outcome);
      // Where it cannot be written the intent stands there, and says that nobody knows what became of it.
      return journal.append(outcomeLine({ run, outcome, at: clock.now() })).then(
        () => true,
        () => false,
      );
    },
  };
}
