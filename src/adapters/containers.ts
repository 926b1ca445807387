import type Docker from 'dockerode';
import type { DockerHost } from '../config/docker.ts';
import { ContainersError } from '../errors.ts';
import type { ComposeSettings, ContainerLine, ContainerLogWish, Containers } from '../ports.ts';
import { containerLines, inOrder, type TakeLine } from './container-lines.ts';
import { sightOf } from './container-sight.ts';
import { ask, dockerFailure, openDocker } from './docker-engine.ts';
import { inspectAll, inspectOurs, notOurs } from './own-containers.ts';

/** A container has these to end by itself, before it is killed. */
const GRACE_SECONDS = 10;
const RESTART_MS = 40_000;

/** The containers of a compose project’s services, through Docker’s API. Nothing is asked before a call. */
export function openContainers(compose: ComposeSettings, host: DockerHost): Containers {
  return {
    list: (signal) =>
      ask({ signal }, async (limited) => (await inspectAll(await openDocker(host), compose, limited)).map(sightOf)),
    restart: async (id, signal) => {
      const docker = await openDocker(host);
      await ask({ signal }, (abortSignal) => inspectOurs(docker, { compose, id, abortSignal }));
      await ask({ signal, limitMs: RESTART_MS }, (abortSignal) =>
        docker.getContainer(id).restart({ t: GRACE_SECONDS, abortSignal }),
      );
    },
    readLog: async (wish, take) => {
      const taking = noting(take);
      try {
        return await readLog({ docker: await openDocker(host), compose }, wish, taking.take);
      } catch (error) {
        throw taking.failure() ?? dockerFailure(error);
      }
    },
  };
}

interface Desk {
  readonly docker: Docker;
  readonly compose: ComposeSettings;
}

async function readLog(
  { docker, compose }: Desk,
  wish: ContainerLogWish,
  take: TakeLine,
): Promise<{ isPartial: boolean }> {
  const { service, signal, lines, follow } = wish;
  if (!compose.services.includes(service)) throw notOurs();
  const found = await ask({ signal }, (limited) => inspectAll(docker, { ...compose, services: [service] }, limited));
  if (found.length === 0) throw new ContainersError('gone', `There is no container of ${service}.`);
  const ended = new AbortController();
  const sources = found.map(({ Id: id, Config: { Tty: hasTerminal } }) =>
    containerLines(docker, { id, service, hasTerminal }, { ...wish, signal: AbortSignal.any([signal, ended.signal]) }),
  );
  const counted = openCount(take);
  try {
    const turn = inTurn(counted.take);
    if (follow) await Promise.all(sources.map((source) => inOrder([source], turn)));
    else if (sources.length === 1) await inOrder(sources, counted.take);
    else for (const line of await newest(sources, lines)) await counted.take(line);
  } catch (error) {
    if (!follow || !signal.aborted) throw error;
  } finally {
    ended.abort();
  }
  return { isPartial: !follow && counted.lines() >= lines };
}

/** Notes what goes wrong where the lines go: that is not Docker’s fault. */
function noting(take: TakeLine): { take: TakeLine; failure(): unknown } {
  let failure: unknown;
  const fail = (error: unknown): never => {
    failure = error;
    throw error;
  };
  return {
    failure: () => failure,
    take: (line) => {
      try {
        const taken = take(line);
        return taken instanceof Promise ? taken.catch(fail) : taken;
      } catch (error) {
        return fail(error);
      }
    },
  };
}

/** One line at a time, though several containers have some. */
function inTurn(take: TakeLine): TakeLine {
  let before: Promise<unknown> = Promise.resolve();
  return (line) => {
    before = before.then(() => take(line));
    return before;
  };
}

function openCount(take: TakeLine) {
  let lines = 0;
  return {
    lines: () => lines,
    take: (line: ContainerLine) => {
      lines += 1;
      return take(line);
    },
  };
}

/** Each of them has as many as all together may have. */
async function newest(
  sources: readonly AsyncGenerator<readonly ContainerLine[]>[],
  count: number,
): Promise<readonly ContainerLine[]> {
  const held: ContainerLine[] = [];
  await inOrder(sources, (line) => {
    held.push(line);
    if (held.length >= 2 * count + 1000) held.splice(0, held.length - count);
  });
  return held.slice(-count);
}
