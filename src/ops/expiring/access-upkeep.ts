import { oneAtATime } from '../upkeep/one-at-a-time.ts';
import type { AccessWatch } from './access-watch.ts';
import { tendAccess } from './tend-access.ts';

const LOOK_EVERY_MS = 5 * 60_000;

/** Looks after access that ends, from now on; nothing where capops.yml has no section `access`. */
export function startAccessUpkeep(watch: AccessWatch): { stop(): Promise<void> } {
  const { log, settings } = watch.ports;
  if (!settings.access) return { stop: async () => undefined };
  const look = oneAtATime(() =>
    tendAccess(watch).catch((error: unknown) => log.warn({ err: error }, 'access that ends could not be looked after')),
  );
  let working = look();
  const timer = setInterval(() => {
    working = look();
  }, LOOK_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}
