import type { ContainerSight } from '../ports.ts';
import { ageWords } from './age-words.ts';

/** `down`: it serves nobody; `unwell`: its health check fails, or only some of its containers run. The worst first. */
export const CONDITIONS = ['down', 'unwell', 'starting', 'well'] as const;
export type ServiceCondition = (typeof CONDITIONS)[number];

/** A compose service as it stands. */
export interface ServiceState {
  readonly service: string;
  readonly condition: ServiceCondition;
  readonly containers: readonly ContainerSight[];
}

/** The configured services in their order, with their containers; one without any is down. */
export function serviceStates(services: readonly string[], sights: readonly ContainerSight[]): ServiceState[] {
  return services.map((service) => {
    const containers = sights.filter((sight) => sight.service === service);
    return { service, condition: conditionOf(containers), containers };
  });
}

function conditionOf(containers: readonly ContainerSight[]): ServiceCondition {
  const conditions = containers.map(containerCondition);
  const worst = CONDITIONS.find((one) => conditions.includes(one)) ?? 'down';
  return worst === 'down' && conditions.some((one) => one !== 'down') ? 'unwell' : worst;
}

export function containerCondition({ state, health }: Pick<ContainerSight, 'state' | 'health'>): ServiceCondition {
  if (state !== 'running') return 'down';
  if (health === 'unhealthy') return 'unwell';
  return health === 'starting' ? 'starting' : 'well';
}

/** `running, healthy`, `exited (137) 3 minutes ago, out of memory`. */
export function containerWords(sight: ContainerSight, now: Date): string {
  const { state, health, exitCode } = sight;
  if (state === 'running') return health === undefined ? state : `${state}, ${HEALTH_WORDS[health]}`;
  if (state === 'restarting') return `dies and is started again and again, last with ${endWords(sight, now)}`;
  if (state === 'created' || exitCode === undefined) return STATE_WORDS[state] ?? state;
  return endWords(sight, now);
}

const HEALTH_WORDS = { starting: 'its health check has not passed yet', healthy: 'healthy', unhealthy: 'unhealthy' };
const STATE_WORDS: Readonly<Partial<Record<ContainerSight['state'], string>>> = {
  created: 'created, never started',
  paused: 'paused',
  removing: 'being removed',
};

function endWords({ exitCode, endedAt, isOutOfMemory }: ContainerSight, now: Date): string {
  const age = endedAt && ageWords(endedAt, now);
  const ago = age === undefined ? '' : age === '0 minutes' ? ' just now' : ` ${age} ago`;
  return `exited (${exitCode ?? '?'})${ago}${isOutOfMemory ? ', out of memory' : ''}`;
}

/** One sentence on all of them, the worst first: `api-gateway is down; web is unhealthy; 2 more are well.` */
export function servicesSentence(states: readonly ServiceState[]): string {
  const unwell = CONDITIONS.filter((one) => one !== 'well').flatMap((wanted) =>
    states.filter(({ condition }) => condition === wanted).map(stateWords),
  );
  const well = states.filter(({ condition }) => condition === 'well').length;
  if (unwell.length === 0) return well === 1 ? 'The one service runs well.' : `All ${well} services run well.`;
  const others = well === 0 ? [] : [well === 1 ? 'one more is well' : `${well} more are well`];
  return `${[...unwell, ...others].join('; ')}.`;
}

function stateWords({ service, condition, containers }: ServiceState): string {
  if (containers.length === 0) return `${service} is down (no container)`;
  if (condition === 'down') return `${service} is down`;
  if (condition === 'starting') return `${service} is starting`;
  const running = containers.filter(({ state }) => state === 'running').length;
  if (running < containers.length) return `${service} runs in ${running} of ${containers.length} containers`;
  return `${service} is unhealthy`;
}
