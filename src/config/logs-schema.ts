import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { LogSettings } from '../ports.ts';
import { composeProject, composeService } from './compose-schema.ts';
import { id, keys } from './policy-values.ts';

const NAME = 'a name of at most 40 letters, digits, spaces and hyphens, such as api';
const FILE = 'a file’s whole path, such as /var/log/api/app.log';
const ONE = 'either a file, or a compose service, with its project if need be';

const log = z
  .strictObject(
    {
      name: id(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u, NAME),
      file: z.string(FILE).refine(isAbsolute, FILE).optional(),
      service: composeService.optional(),
      project: composeProject.optional(),
    },
    keys('name, file, service, project'),
  )
  .refine(({ file, service, project }) => (file === undefined) !== (service === undefined) && !(file && project), ONE);

/** The section `logs` of capops.yml. */
export const logsSection = z.array(log, 'a list of logs').superRefine((logs, context) => {
  for (const [place, { name }] of logs.entries()) {
    if (logs.findIndex((other) => other.name === name) === place) continue;
    context.addIssue({ code: 'custom', path: [place, 'name'], input: name, message: 'a name that no other log has' });
  }
});

/** What the section comes to. A service is one of CapOps’ own project, where there is one, unless it names another. */
export function logsOf(
  section: z.output<typeof logsSection> | undefined,
  ownProject: string | undefined,
): readonly LogSettings[] | undefined {
  return section?.map(({ name, file, service = '', project = ownProject }) =>
    file === undefined ? { name, service, project } : { name, file },
  );
}
