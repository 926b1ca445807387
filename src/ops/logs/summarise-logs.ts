import { type CountedErrors, countErrors } from '../../domain/error-kinds.ts';
import { LogUnreadableError } from '../../errors.ts';
import type { LogSource, Ports } from '../../ports.ts';

/** The errors in one of the configured logs. */
export interface LogSummary extends CountedErrors {
  readonly name: string;
  /** There was more than could be read: the oldest was left out. */
  readonly isPartial: boolean;
  /** Why it could not be read, in a sentence; nothing is counted then. */
  readonly unreadable?: string;
}

/** What went wrong since then by the logs that capops.yml names, in their order; in memory that does not grow with them. */
export async function summariseLogs({ openLogs, clock }: Ports, since: Date): Promise<LogSummary[]> {
  const sources = (await openLogs?.()) ?? [];
  // All at once: where Docker says nothing, each would wait for it by itself.
  return Promise.all(sources.map((source) => summarise(source, { since, now: clock.now() })));
}

async function summarise(source: LogSource, span: { since: Date; now: Date }): Promise<LogSummary> {
  const counter = countErrors(span);
  const { name } = source;
  try {
    const { isPartial, isSince } = await source.read(span, counter.take);
    return { name, ...counter.result(), ...(isSince ? { undated: 0 } : {}), isPartial };
  } catch (error) {
    if (!(error instanceof LogUnreadableError)) throw error;
    return { name, total: 0, kinds: [], undated: 0, isPartial: false, unreadable: error.message };
  }
}
