import type { Offer } from '../errors.ts';
import type { ContainerSight } from '../ports.ts';
import { counted } from './counted.ts';
import type { Step } from './diagnosis.ts';
import { type Around, type DockerFacts, isDatabaseService } from './diagnosis-facts.ts';
import { logsStep } from './diagnosis-logs.ts';
import { showSeconds } from './diagnosis-words.ts';
import { isDying } from './service-state.ts';

const NAMED = { name: 'services', label: 'Services' };

interface Judging extends Around {
  /** The database answers: then its service is not what is wrong. */
  readonly isAnswering: boolean;
}

/** How the platform’s services stand in Docker, and what they have said last. */
export function dockerSteps(docker: DockerFacts | undefined, judging: Judging): Step[] {
  if (!docker) {
    const says = 'Not configured (“compose” in capops.yml); on its machine “docker compose ps” tells';
    return [{ ...NAMED, state: 'note', says }];
  }
  if (!docker.isSeen) return [{ ...NAMED, state: 'look', says: docker.because, next: 'Look whether Docker runs.' }];
  return [servicesStep(docker.containers, judging), logsStep(docker, judging)];
}

interface Trouble {
  readonly service: string;
  /** `exited with code 137 for want of memory, 5 minutes ago`; undefined: it has no container. */
  readonly how: string | undefined;
}

function servicesStep(containers: readonly ContainerSight[], judging: Judging): Step {
  const { services, isAnswering } = judging;
  const troubles = services.flatMap((service) => troubleOf(service, containers, judging));
  const wrong = troubles.filter(({ service }) => !(isAnswering && isDatabaseService(service, containers)));
  const first = wrong.toSorted((a, b) => placeOf(a, containers) - placeOf(b, containers))[0] ?? troubles[0];
  if (!first) return { ...NAMED, state: 'ok', says: `All run (${services.join(', ')})` };
  const says = troubles.map(({ service, how = 'has no container' }) => `${service} ${how}`).join('; ');
  const isDatabase = isDatabaseService(first.service, containers);
  return {
    ...{ ...NAMED, says, state: wrong.length > 0 ? 'wrong' : 'look' },
    cause: `The service ${first.service} ${first.how ?? 'has no container'}.`,
    ...(first.how === undefined
      ? { next: 'Have compose make it.', type: [`docker compose up -d ${first.service}`] }
      : { next: `Read its last lines; then restart it${isDatabase ? ', unless its disk is full' : ''}.` }),
    offers: wrong.flatMap(restart).slice(0, 3),
    ...(isDatabase && wrong.includes(first) ? { rank: 2 } : {}),
  };
}

/** The database first: the others need it. */
function placeOf({ service }: Trouble, containers: readonly ContainerSight[]): number {
  return isDatabaseService(service, containers) ? 0 : 1;
}

function restart({ service, how }: Trouble): Offer[] {
  return how === undefined ? [] : [{ label: `Restart ${service}`, operation: 'restart', input: { service } }];
}

function troubleOf(service: string, containers: readonly ContainerSight[], { now }: Around): Trouble[] {
  const own = containers.filter((one) => one.service === service);
  if (own.length === 0) return [{ service, how: undefined }];
  const ill = own.map((one) => howIll(one, now)).find((how) => how !== undefined);
  return ill === undefined ? [] : [{ service, how: ill }];
}

/** Undefined: it runs as it should, or is about to. */
function howIll(sight: ContainerSight, now: Date): string | undefined {
  const { state, health, exitCode, isOutOfMemory, endedAt, restarts } = sight;
  const ago = endedAt ? `, ${showSeconds((now.getTime() - endedAt.getTime()) / 1000)} ago` : '';
  const code = exitCode === undefined ? '' : ` with code ${exitCode}`;
  const end = `${code}${isOutOfMemory ? ' for want of memory' : ''}${ago}`;
  if (isDying(sight, now))
    return `is restarted again and again (${counted(restarts, 'time')})${end === '' ? '' : `, having ended${end}`}`;
  if (state === 'running') return health === 'unhealthy' ? 'runs, and its own health check fails' : undefined;
  if (state === 'exited' || state === 'dead') return `does not run: it ended${end}`;
  return `does not run: it is ${state}`;
}
