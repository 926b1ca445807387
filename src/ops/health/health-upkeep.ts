import { pruneHealth } from '../../models/health-check.ts';
import { oneAtATime } from '../upkeep/one-at-a-time.ts';
import { type HealthWatch, watchHealth } from './watch-health.ts';

/** Twice in a minute, so that none is left out where a timer comes late. */
const ROUND_EVERY_MS = 30_000;
/** In this minute of every hour, whoever has it removes what is old. */
const PRUNED_AT_MINUTE = 17;

/** Watches health, from now on. */
export function startHealthUpkeep(watch: HealthWatch): { stop(): Promise<void> } {
  const { ports } = watch;
  if (!ports.openProbes) return { stop: async () => undefined };
  const takeRound = watchHealth(watch);
  const round = oneAtATime(async () => {
    try {
      const minute = await takeRound();
      if (minute?.getUTCMinutes() === PRUNED_AT_MINUTE) await pruneHealth(ports.databases.ledger);
    } catch (error) {
      ports.log.warn({ err: error }, 'health could not be watched');
    }
  });
  let working = Promise.resolve();
  const timer = setInterval(() => {
    working = round();
  }, ROUND_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}
