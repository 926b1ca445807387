import { z } from 'zod';
import { id, keys } from './policy-values.ts';

const COMPOSE = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;
const SERVICES = 'a list of compose services’ names, such as [api-gateway, web]';

export const composeProject = id(COMPOSE, 'a compose project’s name, such as capacity-planner');
export const composeService = id(COMPOSE, 'a compose service’s name, such as api-gateway');

/** The section `compose` of capops.yml: what of Docker CapOps may look at and restart. */
export const composeSection = z.strictObject(
  {
    project: composeProject,
    services: z
      .array(composeService, SERVICES)
      .min(1, SERVICES)
      .refine((names) => new Set(names).size === names.length, 'each name once'),
  },
  keys('project, services'),
);
