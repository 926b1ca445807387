import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerSight } from '../ports.ts';

export const PROJECT_LABEL = 'com.docker.compose.project';
export const SERVICE_LABEL = 'com.docker.compose.service';
/** `True` for what `docker compose run` has made: a task of somebody’s, and no part of the service. */
export const ONE_OFF_LABEL = 'com.docker.compose.oneoff';
/** `db:service_healthy:false,redis:service_started:false`. */
const NEEDS_LABEL = 'com.docker.compose.depends_on';
const NUMBER_LABEL = 'com.docker.compose.container-number';

/** What Docker says of a container, as we need it. */
export function sightOf({
  Id,
  Name,
  Config,
  State,
  RestartCount,
  NetworkSettings,
}: ContainerInspectInfo): ContainerSight {
  const isRunning = State.Status === 'running' || State.Status === 'paused';
  const wasStarted = dateOf(State.StartedAt) !== undefined;
  return {
    id: Id,
    service: Config.Labels[SERVICE_LABEL] ?? '',
    name: Name.replace(/^\//, ''),
    image: Config.Image,
    state: State.Status as ContainerSight['state'],
    health: isRunning ? healthOf(State.Health?.Status) : undefined,
    startedAt: dateOf(State.StartedAt),
    endedAt: isRunning ? undefined : dateOf(State.FinishedAt),
    exitCode: isRunning || !wasStarted ? undefined : State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    restarts: RestartCount,
    ports: portsOf(NetworkSettings.Ports),
    dependsOn: (Config.Labels[NEEDS_LABEL] ?? '').split(',').flatMap((need) => need.split(':')[0] || []),
  };
}

/** Compose’s number of a container among those of its service. */
export function numberOf({ Config }: ContainerInspectInfo): number {
  return Number(Config.Labels[NUMBER_LABEL] ?? 0);
}

function healthOf(status: string | undefined): ContainerSight['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined;
}

/** Docker writes the year 1 for never. */
function dateOf(text: string): Date | undefined {
  const at = new Date(text);
  return at.getTime() > 0 ? at : undefined;
}

function portsOf(
  ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>> | null,
): string[] {
  return Object.entries(ports ?? {}).flatMap(([inner, published]) =>
    published?.length ? published.map(({ HostIp, HostPort }) => `${hostOf(HostIp)}:${HostPort}->${inner}`) : [inner],
  );
}

function hostOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
