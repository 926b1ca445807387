import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import type { DockerHost } from '../config/docker.ts';
import { ContainersError } from '../errors.ts';
import type { ComposeSettings, ContainerLine, ContainerLogWish, Containers } from '../ports.ts';
import { containerLines, inOrder, type TakeLine } from './container-lines.ts';
import { numberOf, ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL, sightOf } from './container-sight.ts';
import { ask, dockerFailure, openDocker, SILENT_MS } from './docker-engine.ts';

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
      try {
        return await readLog({ docker: await openDocker(host), compose }, wish, take);
      } catch (error) {
        throw dockerFailure(error);
      }
    },
  };
}

/** Of the services in their order, compose’s first container of each first. */
async function inspectAll(
  docker: Docker,
  compose: ComposeSettings,
  abortSignal: AbortSignal,
): Promise<ContainerInspectInfo[]> {
  const filters = { label: [`${PROJECT_LABEL}=${compose.project}`] };
  const listed = await docker.listContainers({ all: true, filters, abortSignal });
  const ours = listed.filter(({ Labels }) => isOurs(Labels, compose));
  const inspected = await Promise.all(ours.map(({ Id }) => inspectIfThere(docker, Id, abortSignal)));
  const place = ({ Config }: ContainerInspectInfo) => compose.services.indexOf(Config.Labels[SERVICE_LABEL] ?? '');
  return inspected.filter((one) => one !== undefined).sort((a, b) => place(a) - place(b) || numberOf(a) - numberOf(b));
}

async function inspectIfThere(
  docker: Docker,
  id: string,
  abortSignal: AbortSignal,
): Promise<ContainerInspectInfo | undefined> {
  try {
    return await docker.getContainer(id).inspect({ abortSignal });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

interface Asked {
  readonly compose: ComposeSettings;
  readonly id: string;
  readonly abortSignal: AbortSignal;
}

/** Whatever id is handed in: only a container of ours is touched. */
async function inspectOurs(docker: Docker, { compose, id, abortSignal }: Asked): Promise<ContainerInspectInfo> {
  if (!/^[0-9a-f]{12,64}$/.test(id)) throw notOurs();
  const inspected = await docker.getContainer(id).inspect({ abortSignal });
  if (!isOurs(inspected.Config.Labels, compose)) throw notOurs();
  return inspected;
}

function isOurs(labels: Readonly<Record<string, string>>, { project, services }: ComposeSettings): boolean {
  const { [PROJECT_LABEL]: ownProject, [SERVICE_LABEL]: service = '', [ONE_OFF_LABEL]: oneOff } = labels;
  return ownProject === project && services.includes(service) && oneOff !== 'True';
}

function notOurs(): ContainersError {
  return new ContainersError('denied', 'That container belongs to no service that capops.yml names.');
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
  const asked = AbortSignal.any([signal, AbortSignal.timeout(SILENT_MS)]);
  const found = await inspectAll(docker, { ...compose, services: [service] }, asked);
  if (found.length === 0) throw new ContainersError('gone', `There is no container of ${service}.`);
  const ended = new AbortController();
  const sources = found.map(({ Id: id, Config: { Tty: hasTerminal } }) =>
    containerLines(docker, { id, service, hasTerminal }, { ...wish, signal: AbortSignal.any([signal, ended.signal]) }),
  );
  const counted = openCount(take);
  try {
    if (follow) await Promise.all(sources.map((source) => inOrder([source], counted.take)));
    else if (sources.length === 1) await inOrder(sources, counted.take);
    else for (const line of await newest(sources, lines)) await counted.take(line);
  } catch (error) {
    if (!follow || !signal.aborted) throw error;
  } finally {
    ended.abort();
  }
  return { isPartial: !follow && counted.lines() >= lines };
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
