import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { CancelledError, HandedBackError } from './cancellation.ts';
import { LeaseTakenError, withLease } from './lease.ts';
import type { Arguments, Context, InputOf } from './operation.ts';
import { signed } from './signed.ts';
import type { Underway } from './unsuccessful.ts';

/** A run that is to be cancelled hears of it within this time. */
const LOOK_EVERY_MS = 1_000;

/**
 * Runs an operation within the lease on its resource, and so that a long one ends when somebody cancels it or the process
 * has to stop: its signal aborts then, and whatever it throws, the reason is what counts.
 */
export async function underControl<T>(
  ports: Ports,
  { run, context, input }: Controlled,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const { operation, actor, runId } = context;
  const timer = operation.long ? setInterval(() => void endWhenAsked(ports, run), LOOK_EVERY_MS) : undefined;
  try {
    const resource = await operation.resource?.(context, input);
    // Without the ledger there is nothing to hold anybody off by, and an emergency does not wait for it once more.
    if (resource === undefined || run.isLedgerDown) return await work(context);
    const claim = { resource, runId, holder: signed(actor), work: operation.name };
    return await withLease(ports, claim, ({ token, signal }) => {
      signal.addEventListener('abort', () => run.ending.abort(signal.reason));
      return work({ ...context, fencingToken: token });
    });
  } catch (error) {
    // It is held by this very run, in a process that died: that one loses it within a minute.
    if (error instanceof LeaseTakenError && error.runId === runId) throw new HandedBackError();
    throw context.signal.aborted ? context.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}

interface Controlled {
  readonly run: Underway;
  readonly context: Context;
  readonly input: InputOf<Arguments>;
}

/** A ledger that does not answer now is asked again. What others took for dead and have taken up is theirs. */
async function endWhenAsked({ databases, startId }: Ports, { id, ending }: Underway): Promise<void> {
  const run = await Run.byId(databases.ledger, id).catch(() => undefined);
  if (!run) return;
  if (run.cancelAskedBy !== null) ending.abort(new CancelledError(run.cancelAskedBy));
  else if (run.state !== 'running' || run.startId !== (startId ?? null)) ending.abort(new HandedBackError());
}
