import { tendReview } from '../reviewing/tend-review.ts';
import { oneAtATime } from '../upkeep/one-at-a-time.ts';
import type { AccessWatch } from './access-watch.ts';
import { tendAccess } from './tend-access.ts';

const LOOK_EVERY_MS = 5 * 60_000;
/** What answers a review, or begins one. */
const ANSWERS = new Set(['open-access-review', 'keep-access', 'grant-module', 'revoke-module']);

/** Looks after access that ends, from now on; nothing where capops.yml has no section `access`. */
export function startAccessUpkeep(board: AccessWatch): { stop(): Promise<void> } {
  const { log, settings } = board.ports;
  if (!settings.access) return { stop: async () => undefined };
  const ending = new AbortController();
  const watch = { ...board, stopping: ending.signal };
  const attempt = (what: string, work: (watch: AccessWatch) => Promise<void>) =>
    oneAtATime(() => work(watch).catch((error: unknown) => log.warn({ err: error }, what)));
  const look = attempt('access that ends could not be looked after', tendAccess);
  const show = attempt('the access review could not be shown', tendReview);
  let working: Promise<unknown> = look();
  const also = (work: () => Promise<void>) => {
    working = Promise.all([working, work()]);
  };
  const timer = setInterval(() => also(look), LOOK_EVERY_MS);
  watch.service.watch({
    changed: (operation) => {
      if (ANSWERS.has(operation) && !ending.signal.aborted) also(show);
    },
  });
  return {
    stop: async () => {
      clearInterval(timer);
      ending.abort();
      await working;
    },
  };
}
