import { type Checked, fault, show } from './faults.ts';

/** Where the Docker Engine answers. */
export type DockerHost =
  | { readonly socketPath: string }
  | { readonly protocol: 'http'; readonly host: string; readonly port: number }
  /** `certificates` is the folder of ca.pem, cert.pem and key.pem, which are read when Docker is asked. */
  | { readonly protocol: 'https'; readonly host: string; readonly port: number; readonly certificates: string };

type Variables = Readonly<Record<string, string | undefined>>;

const HOST = 'unix:///var/run/docker.sock or the like, or tcp://host:2375 of a proxy that narrows what may be asked';
const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** Checks DOCKER_HOST, and for a host in the network DOCKER_TLS_VERIFY and DOCKER_CERT_PATH; they mean what they mean to docker. */
export function readDocker(variables: Variables): Checked<DockerHost> {
  const { DOCKER_HOST: typed = '', DOCKER_TLS_VERIFY: verify = '' } = variables;
  const host = hostOf(typed || DEFAULT_HOST);
  if (!host) return refused(fault('DOCKER_HOST', show(typed), HOST));
  if ('socketPath' in host || verify === '') return { value: host, faults: [] };
  if (verify !== '1')
    return refused(fault('DOCKER_TLS_VERIFY', show(verify), '1, for a host that is asked with TLS, or nothing'));
  return withTls(host, variables);
}

function withTls(
  { host, port }: { host: string; port: number },
  { DOCKER_CERT_PATH: folder }: Variables,
): Checked<DockerHost> {
  if (!folder?.startsWith('/')) {
    const allowed = 'with DOCKER_TLS_VERIFY=1 the whole path of a folder with ca.pem, cert.pem and key.pem';
    return refused(fault('DOCKER_CERT_PATH', show(folder), allowed));
  }
  return { value: { protocol: 'https', host, port, certificates: folder }, faults: [] };
}

function refused(message: string): Checked<DockerHost> {
  return { value: undefined, faults: [message] };
}

function hostOf(text: string): Exclude<DockerHost, { protocol: 'https' }> | undefined {
  if (/^unix:\/\/\/./.test(text)) return { socketPath: text.slice('unix://'.length) };
  const url = URL.parse(text);
  if (url?.protocol !== 'tcp:' || url.hostname === '' || url.port === '' || url.username || url.password)
    return undefined;
  return { protocol: 'http', host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}
