import { CancelledError } from '../../ops/service/cancellation.ts';
import type { AwaitingOutcome, Outcome, Request } from '../../ops/service/service.ts';
import { signed } from '../../ops/service/signed.ts';
import { showWaiting } from './answer.ts';
import { sheltered } from './interruption.ts';
import type { Performance } from './perform.ts';
import { openProgressBar } from './progress-bar.ts';

/** How a request ended, and whether somebody wanted it to end before. */
export interface Executed {
  readonly outcome: Outcome;
  readonly interrupted: boolean;
}

/** Waits with whoever sits here for what goes on by itself before long. Ctrl-C takes the request back. */
export async function toItsEnd(performance: Performance, request: Request, executed: Executed): Promise<Executed> {
  const { outcome: waiting, interrupted: isInterrupted } = executed;
  if (isInterrupted || !isBounded(waiting)) return executed;
  const { terminal } = performance;
  await showWaiting(performance, waiting);
  const bar = await openProgressBar(terminal);
  bar.show({ phase: 'Waiting for an answer' });
  const ending = new AbortController();
  const ask = () => ending.abort(new CancelledError(signed(request.actor)));
  const work = () => performance.seeThrough({ ...request, signal: ending.signal }, waiting).finally(bar.clear);
  const { result, interrupted } = await sheltered(terminal, { clear: bar.clear, ask }, work);
  return { outcome: result, interrupted };
}

function isBounded(outcome: Outcome): outcome is AwaitingOutcome {
  return outcome.kind === 'awaiting' && outcome.aloneAt !== undefined;
}

/** What another process carried out is told in its words: it has no data here. */
export function withData(performance: Performance, outcome: Outcome): Performance {
  const isElsewhere = outcome.kind === 'done' && outcome.data === undefined && performance.operation.aloneUnless;
  return isElsewhere ? { ...performance, format: 'table' } : performance;
}
