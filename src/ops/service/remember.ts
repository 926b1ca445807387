import { OPEN, Run } from '../../models/run.ts';
import { rememberAnswer } from '../../models/run-answer.ts';
import type { Ports } from '../../ports.ts';
import { outcomeOf } from './run-outcome.ts';
import type { Outcome } from './service.ts';

/** Keeps how the asker of a run is answered from now on. Returns how it ended, where it is over by now. Never rejects. */
export async function remember(
  { databases: { ledger }, log }: Ports,
  runId: string,
  answer: unknown,
): Promise<Outcome | undefined> {
  try {
    if (await rememberAnswer(ledger, runId, answer)) return undefined;
    const run = await Run.byId(ledger, runId);
    return run && !OPEN.includes(run.state) ? outcomeOf(run) : undefined;
  } catch (error) {
    log.warn({ err: error, runId }, 'the ledger did not take where a run is shown');
    return undefined;
  }
}
