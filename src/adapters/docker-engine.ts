import { readFile } from 'node:fs/promises';
import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { DockerHost } from '../config/docker.ts';
import { noAnswerOf } from '../domain/no-answer.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';
import { ContainersError } from '../errors.ts';

/** So long Docker may say nothing. */
export const SILENT_MS = 3500;

const NOT_ASKED = 'CapOps may not ask Docker.';
const SAID_CHARACTERS = 300;

/** Docker’s client. Each request has a connection of its own: nothing stays open behind it. */
export async function openDocker(host: DockerHost): Promise<Docker> {
  // The package would take what is missing from the process’s environment.
  const own = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
  if ('socketPath' in host) return new Docker(options({ ...own, ...host, protocol: 'http', agent: plain() }));
  if (host.protocol === 'http') return new Docker(options({ ...own, ...host, agent: plain() }));
  const { certificates, ...address } = host;
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => read(certificates, name)));
  return new Docker(options({ ...address, ca, cert, key, agent: new SecureAgent({ keepAlive: false }) }));
}

/** Asks Docker; after so many milliseconds it is given up. Rejects with a ContainersError. */
export async function ask<T>(
  { signal, limitMs = SILENT_MS }: { readonly signal: AbortSignal; readonly limitMs?: number },
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await question(AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
  } catch (error) {
    throw dockerFailure(error);
  }
}

/** Why Docker did not do something, for people. */
export function dockerFailure(error: unknown): ContainersError {
  if (error instanceof ContainersError) return error;
  const { code = '', statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'EACCES' || statusCode === 403) return new ContainersError('denied', NOT_ASKED, error);
  if (/^(certificate|no TLS)/.test(noAnswerOf(error))) return new ContainersError('denied', CERTIFICATES, error);
  if (statusCode === 404) return new ContainersError('gone', 'Its container has just gone.', error);
  if (statusCode !== undefined) return new ContainersError('failed', `Docker could not: ${saidBy(error)}`, error);
  return new ContainersError('down', 'Docker does not answer.', error);
}

const CERTIFICATES =
  'Docker and CapOps do not trust each other: look at ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, and at how long they are valid.';

/** Docker’s own words, such as that a port is taken. */
function saidBy(error: unknown): string {
  const said = (error as Error).message.replace(/^\(HTTP code \d+\) [^-]*- /, '').replaceAll(/\s+/g, ' ');
  const text = withoutSecrets(said.trim()).slice(0, SAID_CHARACTERS);
  return text.endsWith('.') ? text : `${text}.`;
}

/** The package’s types do not know what is said to be absent. */
function options(wanted: object): Docker.DockerOptions {
  return wanted as Docker.DockerOptions;
}

function plain(): PlainAgent {
  return new PlainAgent({ keepAlive: false });
}

async function read(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    throw new ContainersError('denied', `${name} in DOCKER_CERT_PATH cannot be read.`, error);
  }
}
