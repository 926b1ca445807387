import type { Clock, Log, Pager } from '../ports.ts';
import { openOutlet } from './outlet.ts';

const REPEAT_MS = 30 * 60_000;

interface PagerOptions {
  readonly url: string;
  /** Who is calling, in the page: `CapOps (production)`. */
  readonly source: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WebhookPager extends Pager {
  /** Resolves when what was to be told is told, or cannot be. */
  close(): Promise<void>;
}

/** Pages by a webhook: POST `{summary, severity, source, at}`; a page that was not taken is sent anew at the next call. */
export function openPager({ url, source, clock, log }: PagerOptions): WebhookPager {
  const outlet = openOutlet({ url, name: 'the paging webhook', log });
  /** When each trouble that lasts was last told, in ms. */
  const told = new Map<string, number>();
  // One after the other, so that each decision knows what became of the page before.
  let queue = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    queue = queue.then(work);
  };
  const post = (page: { summary: string; severity: 'critical' | 'resolved'; at: Date }): Promise<boolean> =>
    outlet.send({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ summary: page.summary, severity: page.severity, source, at: page.at.toISOString() }),
    });
  return {
    wake: (trouble, summary) => {
      const at = clock.now();
      inTurn(async () => {
        const lastMs = told.get(trouble);
        if (lastMs !== undefined && at.getTime() - lastMs < REPEAT_MS) return;
        if (await post({ summary, severity: 'critical', at })) told.set(trouble, at.getTime());
      });
    },
    over: (trouble, summary) => {
      const at = clock.now();
      inTurn(async () => {
        if (told.has(trouble) && (await post({ summary, severity: 'resolved', at }))) told.delete(trouble);
      });
    },
    close: async () => {
      await queue;
      outlet.close();
    },
  };
}
