import { setTimeout as sleep } from 'node:timers/promises';
import { ContainersError } from '../../errors.ts';
import type { ContainerSight, Containers } from '../../ports.ts';

/** How long a container may take to come back, how often it is looked at, and how long one without a health check has to run. */
const PACE = { withinMs: 60_000, everyMs: 500, steadyMs: 5000 };
export type Pace = typeof PACE;

/** After so many starts of its own within that time it will not come back by itself. */
const MOST_STARTS = 4;

/** How a container came back, or did not; `seconds` since it was started. */
export type Return =
  | { readonly kind: 'back'; readonly seconds: number; readonly sight: ContainerSight }
  /** `deaths`: how often it has died meanwhile, and was started again by Docker. */
  | {
      readonly kind: 'not back';
      readonly seconds: number;
      readonly sight: ContainerSight | undefined;
      readonly deaths: number;
    }
  /** Nobody saw: whoever waited stopped, or Docker did not answer at the end. */
  | { readonly kind: 'unseen'; readonly seconds: number; readonly because: 'stopped' | 'Docker is silent' };

export interface Awaited {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Told after each look. */
  readonly seen?: (sight: ContainerSight, seconds: number) => void;
  readonly pace?: Pace | undefined;
}

/**
 * Looks at a container that was just started until it is well, or will not be, for `withinMs`. A look that a busy Docker does not answer is
 * followed by the next. Never rejects for Docker’s sake.
 */
export async function awaitHealth(containers: Containers, awaited: Awaited): Promise<Return> {
  const { id, signal, pace = PACE } = awaited;
  const begunMs = performance.now();
  const starts = new Map<string, number>();
  for (;;) {
    const sight = await look(containers, { id, signal });
    const seconds = (performance.now() - begunMs) / 1000;
    const isLate = seconds * 1000 > pace.withinMs;
    if (signal.aborted) return { kind: 'unseen', seconds, because: 'stopped' };
    if (sight === 'silent') {
      if (isLate) return { kind: 'unseen', seconds, because: 'Docker is silent' };
    } else {
      if (!sight) return { kind: 'not back', seconds, sight, deaths: 0 };
      awaited.seen?.(sight, seconds);
      const isBack = judge(sight, starts, pace);
      if (isBack) return { kind: 'back', seconds, sight };
      if (isBack === false || isLate) return { kind: 'not back', seconds, sight, deaths: starts.size - 1 };
    }
    await sleep(pace.everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function look(
  containers: Containers,
  { id, signal }: Pick<Awaited, 'id' | 'signal'>,
): Promise<ContainerSight | undefined | 'silent'> {
  try {
    return (await containers.list(signal)).find((one) => one.id === id);
  } catch (error) {
    if (signal.aborted || error instanceof ContainersError) return 'silent';
    throw error;
  }
}

/** Whether it is back; undefined: that is not known yet. `starts`: when each start of its was first seen. */
function judge(sight: ContainerSight, starts: Map<string, number>, { steadyMs }: Pace): boolean | undefined {
  const { state, health, startedAt } = sight;
  const nowMs = performance.now();
  const start = startedAt?.toISOString() ?? '';
  if (!starts.has(start)) starts.set(start, nowMs);
  if (state === 'exited' || state === 'dead' || state === 'removing' || starts.size >= MOST_STARTS) return false;
  if (state !== 'running') return undefined;
  if (health === 'unhealthy') return false;
  if (health !== undefined) return health === 'healthy' ? true : undefined;
  return nowMs - (starts.get(start) ?? nowMs) >= steadyMs ? true : undefined;
}
