import type { AwaitingOutcome, Outcome, Request } from '../../ops/service/service.ts';
import { showWaiting } from './answer.ts';
import type { Performance } from './perform.ts';
import type { ProgressBar } from './progress-bar.ts';

/** Waits with whoever sits here for what goes on by itself before long; taken back once the request's signal aborts. */
export async function toItsEnd(
  performance: Performance,
  request: Request,
  { outcome, bar }: { outcome: Outcome; bar: ProgressBar },
): Promise<Outcome> {
  if (!isBounded(outcome)) return outcome;
  if (!request.signal?.aborted) await showWaiting(performance, outcome);
  bar.show({ phase: 'Waiting for an answer' });
  return performance.seeThrough(request, outcome).finally(bar.clear);
}

function isBounded(outcome: Outcome): outcome is AwaitingOutcome {
  return outcome.kind === 'awaiting' && outcome.aloneAt !== undefined;
}

/** What another process carried out is told in its words: it has no data here. */
export function withData(performance: Performance, outcome: Outcome): Performance {
  const isElsewhere = outcome.kind === 'done' && outcome.data === undefined && performance.operation.aloneUnless;
  return isElsewhere ? { ...performance, format: 'table' } : performance;
}
