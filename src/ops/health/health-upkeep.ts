import { pruneHealth } from '../../models/health-check.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';
import { type HealthWatch, watchHealth } from './watch-health.ts';

/** Twice in a minute, so that none is left out where a timer comes late. */
const ROUND_EVERY_MS = 30_000;
/** In this minute of every hour, whoever has it removes what is old. */
const PRUNED_AT_MINUTE = 17;

/** Watches health, from now on. */
export function startHealthUpkeep(watch: HealthWatch): Pick<Chores, 'stop'> {
  const { ports } = watch;
  if (!ports.openProbes) return { stop: async () => undefined };
  const takeRound = watchHealth(watch);
  const round = async () => {
    const minute = await takeRound();
    if (minute?.getUTCMinutes() === PRUNED_AT_MINUTE) await pruneHealth(ports.databases.ledger);
  };
  const chores = openChores(ports.log);
  chores.add('health could not be watched', round, { everyMs: ROUND_EVERY_MS, first: 'later' });
  return chores;
}
