import type { ContainerSight } from '../ports.ts';
import { ageWords } from './age-words.ts';
import { counted } from './counted.ts';

/** `down`: it serves nobody; `unwell`: its health check fails, or only some of its containers run. The worst first. */
export const CONDITIONS = ['down', 'unwell', 'starting', 'well'] as const;
export type ServiceCondition = (typeof CONDITIONS)[number];

/** A compose service as it stands. */
export interface ServiceState {
  readonly service: string;
  readonly condition: ServiceCondition;
  readonly containers: readonly ContainerSight[];
}

/** One that Docker has started again so often, and not long ago, will die again. */
const DYING = { restarts: 2, withinMs: 60_000 };

/** The configured services in their order, with their containers; one without any is down. */
export function serviceStates(
  services: readonly string[],
  sights: readonly ContainerSight[],
  now: Date,
): ServiceState[] {
  return services.map((service) => {
    const containers = sights.filter((sight) => sight.service === service);
    return { service, condition: conditionOf(containers, now), containers };
  });
}

function conditionOf(containers: readonly ContainerSight[], now: Date): ServiceCondition {
  const conditions = containers.map((sight) => containerCondition(sight, now));
  const worst = CONDITIONS.find((one) => conditions.includes(one)) ?? 'down';
  return worst === 'down' && conditions.some((one) => one !== 'down') ? 'unwell' : worst;
}

function containerCondition(sight: ContainerSight, now: Date): ServiceCondition {
  const { state, health } = sight;
  if (state !== 'running' || isDying(sight, now)) return 'down';
  if (health === 'unhealthy') return 'unwell';
  return health === 'starting' ? 'starting' : 'well';
}

/** Dead, or seen alive between two of its deaths. */
export function isDying({ state, health, restarts, startedAt }: ContainerSight, now: Date): boolean {
  if (state === 'restarting') return true;
  const isNew = startedAt !== undefined && now.getTime() - startedAt.getTime() < DYING.withinMs;
  return state === 'running' && health !== 'healthy' && restarts >= DYING.restarts && isNew;
}

/** `running, healthy`, `exited (137) 3 minutes ago, out of memory`. */
export function containerWords(sight: ContainerSight, now: Date): string {
  const { state, health, exitCode, restarts } = sight;
  if (isDying(sight, now)) return `dies and is started again and again, ${counted(restarts, 'time')} so far`;
  if (state === 'running') return health === undefined ? state : `${state}, ${HEALTH_WORDS[health]}`;
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
export function servicesSentence(states: readonly ServiceState[], now: Date): string {
  const unwell = CONDITIONS.filter((one) => one !== 'well').flatMap((wanted) =>
    states.filter(({ condition }) => condition === wanted).map((state) => stateWords(state, now)),
  );
  const well = states.filter(({ condition }) => condition === 'well').length;
  if (unwell.length === 0) return well === 1 ? 'The one service runs well.' : `All ${well} services run well.`;
  const others = well === 0 ? [] : [well === 1 ? 'one more is well' : `${well} more are well`];
  return `${[...unwell, ...others].join('; ')}.`;
}

function stateWords({ service, condition, containers }: ServiceState, now: Date): string {
  if (containers.length === 0) return `${service} is down (no container)`;
  if (condition === 'down')
    return containers.some((sight) => isDying(sight, now)) ? `${service} keeps dying` : `${service} is down`;
  if (condition === 'starting') return `${service} is starting`;
  const running = containers.filter((sight) => containerCondition(sight, now) !== 'down').length;
  if (running < containers.length) return `${service} runs in ${running} of ${containers.length} containers`;
  return `${service} is unhealthy`;
}
