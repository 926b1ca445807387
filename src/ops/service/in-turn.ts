import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseTakenError, withLease } from './lease.ts';
import type { Context } from './operation.ts';
import { signed } from './signed.ts';

const AGAIN_MS = 5_000;

/** Does a part of a run while nobody else works on the resource; waits so long for whoever does. Throws as `withLease` does. */
export async function inTurn<T>(
  context: Context,
  { resource, patienceMs }: { readonly resource: string; readonly patienceMs: number },
  work: (held: Context) => Promise<T>,
): Promise<T> {
  const { actor, runId, operation, signal } = context;
  const claim = { resource, runId, holder: signed(actor), work: operation.name };
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await withLease(context, claim, async ({ signal: lost, token }) => {
        const held = { ...context, signal: AbortSignal.any([signal, lost]), fencingToken: token };
        return work(held);
      });
    } catch (error) {
      if (!(error instanceof LeaseTakenError) || performance.now() > until) throw error;
      context.progress({ phase: `Waiting: ${error.message.split('\n')[0]?.split('. ')[0]}` });
      await sleep(AGAIN_MS, undefined, { signal });
    }
  }
}
