import type { Ports } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import type { OpsService } from '../service/service.ts';
import { oneAtATime } from '../upkeep/one-at-a-time.ts';
import { tendEmergencies } from './tend-emergencies.ts';

const LOOK_EVERY_MS = 60_000;
/** What may open emergency access, or say something about it. */
export const CONCERNS: ReadonlySet<string> = new Set([
  ...['emergency-access', 'end-emergency-access', 'review-emergency'],
  ...['grant-module', 'revoke-module', 'create-org', 'bulk-import', 'expire-access'],
]);

interface Board {
  readonly ports: Ports;
  readonly service: OpsService;
  readonly announcer: Announcer;
  readonly channel: string | undefined;
}

/** Looks after emergency access from now on: each minute, and behind whatever may have opened it here. */
export function startEmergencyUpkeep({ ports, service, announcer, channel }: Board): { stop(): Promise<void> } {
  const { log } = ports;
  let hasEnded = false;
  const look = oneAtATime(() =>
    tendEmergencies({ ports, teller: { announcer, channel } }).catch((error: unknown) =>
      log.warn({ err: error }, 'emergency access could not be looked after'),
    ),
  );
  let working: Promise<unknown> = look();
  const again = () => {
    working = Promise.all([working, look()]);
  };
  const timer = setInterval(again, LOOK_EVERY_MS);
  service.watch({
    changed: (operation) => {
      if (CONCERNS.has(operation) && !hasEnded) again();
    },
  });
  return {
    stop: async () => {
      hasEnded = true;
      clearInterval(timer);
      await working;
    },
  };
}
