import type { DockerHost } from '../config/docker.ts';
import { ContainersError } from '../errors.ts';
import type { ComposeSettings, Containers } from '../ports.ts';

export function openContainers(_compose: ComposeSettings, _host: DockerHost): Containers {
  throw new ContainersError('down', 'Docker does not answer.');
}
