import { showTime } from '../domain/end-date.ts';
import type { Moment } from '../domain/moment.ts';
import {
  CONDITIONS,
  containerWords,
  type ServiceState,
  serviceStates,
  servicesSentence,
} from '../domain/service-state.ts';
import type { Offer } from '../errors.ts';
import type { ContainerSight } from '../ports.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { openServiceDesk, orByHand } from './services/service-desk.ts';

const BY_HAND = 'compose ps --all';
/** Services that get buttons of their own. */
const OFFERED = 5;

interface Services {
  readonly states: readonly ServiceState[];
  readonly moment: Moment;
}

export const services = defineOperation({
  name: 'services',
  verb: 'services',
  summary: 'Show the platform’s services as Docker has them: state, health, since when, restarts, image, ports',
  role: 'viewer',
  effect: 'reads',
  evenWhenDown: true,
  example: 'services',
  args: {},

  async run(context): Promise<Services> {
    const { compose, containers } = await openServiceDesk(context, BY_HAND);
    const sights = await orByHand(BY_HAND, containers.list(context.signal));
    return { states: serviceStates(compose.services, sights, context.moment.now), moment: context.moment };
  },

  report: ({ states, moment }): Report => {
    const isWell = states.every(({ condition }) => condition === 'well');
    return {
      tone: isWell ? 'info' : 'attention',
      title: servicesSentence(states, moment.now),
      ...(states.some(({ condition }) => condition === 'down') ? { broken: true } : {}),
      parts: [{ kind: 'table', columns: COLUMNS, rows: states.flatMap((state) => rowsOf(state, moment)) }],
      offers: offersFor(states),
    };
  },

  json: ({ states }) => states,
});

const COLUMNS = ['Service', 'State', 'Up since', 'Restarts', 'Image', 'Ports'];

function rowsOf({ service, containers }: ServiceState, moment: Moment): string[][] {
  if (containers.length === 0) return [[service, 'no container', '', '', '', '']];
  return containers.map((sight) => rowOf(containers.length > 1 ? sight.name : service, sight, moment));
}

function rowOf(name: string, sight: ContainerSight, { now, timeZone }: Moment): string[] {
  const { state, startedAt, restarts, image, ports } = sight;
  const since = state === 'running' && startedAt ? showTime(startedAt, timeZone) : '';
  return [name, containerWords(sight, now), since, String(restarts), image, portWords(ports)];
}

/** The same port on both kinds of addresses is said once. */
function portWords(ports: readonly string[]): string {
  const isTwice = (port: string) => port.startsWith('[::]:') && ports.includes(port.replace('[::]:', '0.0.0.0:'));
  return ports.filter((port) => !isTwice(port)).join(', ');
}

function offersFor(states: readonly ServiceState[]): Offer[] {
  const ill = CONDITIONS.slice(0, 2).flatMap((wanted) => states.filter(({ condition }) => condition === wanted));
  return ill.slice(0, OFFERED).flatMap(({ service, containers }) =>
    containers.length === 0
      ? []
      : [
          { label: `Restart ${service}`, operation: 'restart', input: { service }, about: service },
          { label: 'Show its log', operation: 'logs', input: { service }, about: service },
        ],
  );
}
