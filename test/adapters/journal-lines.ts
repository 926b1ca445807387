import { randomUUID } from 'node:crypto';
import type { JournalLine } from '../../src/ports.ts';

/** A line as the journal keeps it; what the run's row says is of no matter to it. */
export function lineOf(kind: JournalLine['kind'], { runId = randomUUID(), requestKey = null as string | null } = {}) {
  return { kind, runId, requestKey, run: { state: kind === 'intent' ? 'interrupted' : 'done' }, record: {} } as const;
}
