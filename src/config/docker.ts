import { z } from 'zod';
import { type Checked, fault, show } from './faults.ts';

/** Where the Docker Engine answers. */
export type DockerHost =
  | { readonly socketPath: string }
  | { readonly protocol: 'http'; readonly host: string; readonly port: number };

const HOST = 'unix:///var/run/docker.sock or the like, or tcp://host:2375 of a proxy that narrows what may be asked';

const schema = z
  .string()
  .default('unix:///var/run/docker.sock')
  .transform(hostOf)
  .pipe(z.custom<DockerHost>(Boolean, HOST));

/** Checks DOCKER_HOST. */
export function readDocker(variables: Readonly<Record<string, string | undefined>>): Checked<DockerHost> {
  const { success, data, error } = schema.safeParse(variables.DOCKER_HOST || undefined);
  if (success) return { value: data, faults: [] };
  const message = error.issues[0]?.message ?? HOST;
  return { value: undefined, faults: [fault('DOCKER_HOST', show(variables.DOCKER_HOST), message)] };
}

function hostOf(text: string): DockerHost | undefined {
  if (/^unix:\/\/\/./.test(text)) return { socketPath: text.slice('unix://'.length) };
  const url = URL.parse(text);
  if (url?.protocol !== 'tcp:' || url.hostname === '' || url.port === '' || url.username || url.password)
    return undefined;
  return { protocol: 'http', host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}
