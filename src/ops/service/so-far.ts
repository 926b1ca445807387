import { RunSoFar, type SoFar } from '../../models/run-so-far.ts';
import type { Ports } from '../../ports.ts';
import { storedReceipt } from './stored-receipt.ts';
import type { Underway } from './unsuccessful.ts';
import { withLedger } from './with-ledger.ts';

/** Finds again what a run noted before it was cut off. Throws UnavailableError without a ledger. */
export async function recallSoFar({ databases: { ledger } }: Ports, run: Underway): Promise<void> {
  if (!run.request.operation.restartable || !storedReceipt(run.request)?.isResumed) return;
  run.soFar = await withLedger(() => RunSoFar.of(ledger, run.id));
}

/** Notes how far a run is. A ledger that does not take it stops only what cannot go on without its plan. */
export async function noteSoFar({ databases: { ledger }, log }: Ports, run: Underway, soFar: SoFar): Promise<void> {
  run.soFar = { ...run.soFar, ...soFar };
  const noting = withLedger(() => RunSoFar.note(ledger, run.id, soFar));
  if (soFar.plan) return noting;
  await noting.catch((error: unknown) => {
    log.warn({ err: error, runId: run.id }, 'the ledger did not take how far a run is');
  });
}
