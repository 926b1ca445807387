import type { Ports } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import type { OpsService } from '../service/service.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';
import { MAY_CONCERN } from './concerns.ts';
import { tendEmergencies } from './tend-emergencies.ts';

const LOOK_EVERY_MS = 60_000;

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
  service.watch({ changed: (operation) => void (MAY_CONCERN.has(operation) && look()) });
  return chores;
}
