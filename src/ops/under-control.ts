import { Run } from '../models/run.ts';
import type { Ports } from '../ports.ts';
import { CancelledError } from './cancellation.ts';
import type { Context } from './operation.ts';
import type { Underway } from './unsuccessful.ts';

/** A run that is to be cancelled hears of it within this time. */
const LOOK_EVERY_MS = 1_000;

/**
 * Runs a long operation so that it ends when somebody cancels it or the process has to stop: its signal aborts then, and
 * whatever it throws, the reason is what counts.
 */
export async function underControl<T>(
  ports: Ports,
  { run, context }: { run: Underway; context: Context },
  work: () => Promise<T>,
): Promise<T> {
  if (!context.operation.long) return work();
  const timer = setInterval(() => {
    void askedToEnd(ports, run.id).then((by) => by && run.ending.abort(new CancelledError(by)));
  }, LOOK_EVERY_MS);
  try {
    return await work();
  } catch (error) {
    throw context.signal.aborted ? context.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}

/** Who wants it to end. A ledger that does not answer now is asked again. */
async function askedToEnd({ databases: { ledger } }: Ports, runId: string): Promise<string | undefined> {
  const run = await Run.byId(ledger, runId).catch(() => undefined);
  return run?.cancelAskedBy ?? undefined;
}
