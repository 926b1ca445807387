import type { Ports } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import type { OpsService } from '../service/service.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';
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
export function startEmergencyUpkeep({ ports, service, announcer, channel }: Board): Pick<Chores, 'stop'> {
  const chores = openChores(ports.log);
  const tend = () => tendEmergencies({ ports, teller: { announcer, channel } });
  const look = chores.add('emergency access could not be looked after', tend, { everyMs: LOOK_EVERY_MS });
  service.watch({ changed: (operation) => void (CONCERNS.has(operation) && look()) });
  return chores;
}
