import { DeniedError, UserError } from '../../errors.ts';
import type { Run } from '../../models/run.ts';
import type { Report } from './report.ts';
import type { Outcome } from './service.ts';

/** How a run that is over ended, read from its record. */
export function outcomeOf({ id, state, result, message, summary, rule, reference }: Run): Outcome {
  const words = message ?? summary ?? `It is ${state}.`;
  switch (state) {
    case 'done': {
      const report = (result as Report | null) ?? ({ tone: 'done', title: words } as const);
      return { kind: 'done', runId: id, data: undefined, repeated: false, report };
    }
    case 'refused':
      return { kind: 'refused', runId: id, error: new UserError(words) };
    case 'denied':
      return { kind: 'denied', runId: id, error: new DeniedError(rule ?? 'denied', words) };
    case 'cancelled':
    case 'declined':
    case 'expired':
    case 'interrupted':
      return { kind: 'ended', runId: id, state, message: words };
    default:
      return { kind: 'failed', runId: id, message: words, reference: reference ?? id.slice(0, 8) };
  }
}
