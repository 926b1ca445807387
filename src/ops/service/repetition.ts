import type { Run, RunState } from '../../models/run.ts';
import type { Report } from './report.ts';
import type { Outcome } from './service.ts';

const BEFORE = 'This request came in before';

const WORDS: Readonly<Record<RunState, string>> = {
  received: `${BEFORE} and is being worked on; the answer follows there.`,
  running: `${BEFORE} and is being worked on; the answer follows there.`,
  previewed: `${BEFORE}; its answer shows what would happen.`,
  awaiting: `${BEFORE} and waits for a second person.`,
  queued: `${BEFORE} and waits for its turn.`,
  done: `${BEFORE}, and was done.`,
  failed: `${BEFORE} and failed.`,
  refused: `${BEFORE} and was refused.`,
  denied: `${BEFORE} and was refused.`,
  declined: `${BEFORE} and was declined.`,
  expired: `${BEFORE} and expired.`,
  cancelled: `${BEFORE} and was cancelled.`,
  interrupted: `${BEFORE} and was interrupted.`,
};

/** The first delivery's answer, for a request that was delivered again. */
export function repetition({ id, state, result, message }: Run): Outcome {
  const words: Report = { tone: 'info', title: [WORDS[state], message].filter(Boolean).join(' ') };
  const report = state === 'done' && result ? (result as Report) : words;
  return { kind: 'done', runId: id, data: undefined, repeated: true, report };
}
