import { nearest } from '../../domain/nearest.ts';
import { ContainersError, UserError } from '../../errors.ts';
import type { ComposeSettings, Containers, Ports } from '../../ports.ts';
import * as arg from '../service/arguments.ts';
import type { Argument } from '../service/operation.ts';

/** A compose service, by the name that capops.yml has for it. */
export const serviceName: Argument<string, true> & { readonly positional: true } = {
  ...arg.positional(
    arg.words('Service', 'the service’s name in compose, such as api-gateway; “services” lists them', {
      maxLength: 100,
      example: 'api-gateway',
    }),
  ),
  widget: { kind: 'service' },
};

/** Docker, and what of it CapOps may touch. */
export interface ServiceDesk {
  readonly compose: ComposeSettings;
  readonly containers: Containers;
}

/** Throws a UserError with the line to type by hand where capops.yml names no services: `compose restart api-gateway`. */
export async function openServiceDesk(
  { settings: { compose }, openContainers }: Pick<Ports, 'settings' | 'openContainers'>,
  byHand: string,
): Promise<ServiceDesk> {
  if (compose && openContainers) return { compose, containers: await openContainers() };
  throw new UserError(
    `CapOps does not know the platform’s services: capops.yml has no section “compose” yet. ${handWords(byHand)}`,
  );
}

/** The service of this name, in any case. Throws a UserError with what there is. */
export function findService({ services }: ComposeSettings, name: string): string {
  const found = services.find((service) => service.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(name, services);
  const known = `capops.yml names these: ${services.join(', ')}.`;
  throw new UserError({
    argument: 'service',
    message: `CapOps looks after no service “${name}”. ${meant ? `Did you mean ${meant}? ` : ''}${known}`,
  });
}

/** Where Docker does not do it, the failure says what somebody would type. */
export async function orByHand<T>(byHand: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ContainersError)) throw error;
    throw new ContainersError(error.kind, `${error.message} ${handWords(byHand)}`, error);
  }
}

function handWords(byHand: string): string {
  return `By hand, in the platform’s folder on its machine: docker ${byHand}`;
}
