import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { ContainersError } from '../errors.ts';
import type { ComposeSettings } from '../ports.ts';
import { numberOf, ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL } from './container-sight.ts';

/** Of the services in their order, compose’s first container of each first. */
export async function inspectAll(
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
export async function inspectOurs(docker: Docker, { compose, id, abortSignal }: Asked): Promise<ContainerInspectInfo> {
  if (!/^[0-9a-f]{12,64}$/.test(id)) throw notOurs();
  const inspected = await docker.getContainer(id).inspect({ abortSignal });
  if (!isOurs(inspected.Config.Labels, compose)) throw notOurs();
  return inspected;
}

function isOurs(labels: Readonly<Record<string, string>>, { project, services }: ComposeSettings): boolean {
  const { [PROJECT_LABEL]: ownProject, [SERVICE_LABEL]: service = '', [ONE_OFF_LABEL]: oneOff } = labels;
  return ownProject === project && services.includes(service) && oneOff !== 'True';
}

export function notOurs(): ContainersError {
  return new ContainersError('denied', 'That container belongs to no service that capops.yml names.');
}
