import { ContainersError } from '../../errors.ts';
import type { ContainerSight, Containers } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { awaitHealth, type Return } from './await-health.ts';
import { readLog, type ShownLine } from './read-log.ts';

/** Lines shown of a container that did not come back. */
const LAST_LINES = 20;
const LOG_MS = 3500;

/** What became of a restart. Once Docker was asked, it is said, and no failure any more. */
export interface Restarted {
  readonly service: string;
  readonly reason: string | undefined;
  readonly before: readonly { readonly name: string; readonly state: string }[];
  /** In their order; those behind one that did not come back were not touched. */
  readonly containers: readonly RestartedContainer[];
  readonly untouched: readonly string[];
  /** Its last lines, where it did not come back and they could be read. */
  readonly log: readonly ShownLine[];
}

export interface RestartedContainer {
  readonly name: string;
  readonly came: Return | { readonly kind: 'refused'; readonly because: string };
}

interface Wanted {
  readonly context: Context;
  readonly containers: Containers;
  readonly service: string;
  readonly sights: readonly ContainerSight[];
  readonly reason: string | undefined;
}

/** Restarts a service’s containers one after the other, each once the one before is back. */
export async function restartService({ context, containers, service, sights, reason }: Wanted): Promise<Restarted> {
  const noted = context.noteSoFar({
    words: `Docker was asked to restart ${service}. “services” says how it is.`,
  });
  const done: RestartedContainer[] = [];
  for (const { id, name } of sights) {
    const came = await restartOne({ context, containers, id, name });
    done.push({ name, came });
    if (came.kind !== 'back') break;
  }
  await noted;
  const isBack = done.every(({ came }) => came.kind === 'back');
  return {
    ...{ service, reason, containers: done },
    before: sights.map(({ name, state }) => ({ name, state })),
    untouched: sights.slice(done.length).map(({ name }) => name),
    log: isBack ? [] : await lastLines({ context, containers }, service),
  };
}

interface One extends Pick<Wanted, 'context' | 'containers'> {
  readonly id: string;
  readonly name: string;
}

async function restartOne({ context, containers, id, name }: One): Promise<RestartedContainer['came']> {
  const { progress, signal } = context;
  progress({ phase: `Restarting ${name}` });
  try {
    await containers.restart(id, signal);
  } catch (error) {
    return refusal(error, signal);
  }
  return awaitHealth(containers, {
    id,
    signal,
    seen: ({ state, health }, seconds) => {
      progress({ phase: `Waiting for ${name} for ${Math.round(seconds)} s: ${health ?? state}` });
    },
  });
}

/** What became of one that Docker did not restart; whatever it may not even be asked is thrown. */
function refusal(error: unknown, signal: AbortSignal): RestartedContainer['came'] {
  if (signal.aborted) return { kind: 'unseen', seconds: 0, because: 'stopped' };
  if (!(error instanceof ContainersError) || error.kind === 'denied') throw error;
  if (error.kind === 'down') return { kind: 'unseen', seconds: 0, because: 'Docker is silent' };
  return { kind: 'refused', because: error.message };
}

/** Beside what they are about, a log that cannot be read is no news. */
async function lastLines(
  { context, containers }: Pick<Wanted, 'context' | 'containers'>,
  service: string,
): Promise<readonly ShownLine[]> {
  const signal = AbortSignal.timeout(LOG_MS);
  const { withoutConfigured } = (await context.openSupport?.()) ?? {};
  return readLog(containers, { service, count: LAST_LINES, signal, withoutConfigured }).then(
    ({ lines }) => lines,
    () => [],
  );
}
