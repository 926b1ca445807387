import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { Client } from 'pg';
import { StartError } from '../errors.ts';
import type { TlsSight } from '../ports.ts';
import { likeLibpq } from './databases.ts';
import { codeOf } from './local-failure.ts';
import { certificateEnds } from './probe-http.ts';

/** What a client says to ask for TLS: its length, and a number that no version has. */
const WANTS_TLS = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Where an address leads, as the driver reads it. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly isSocket: boolean;
  readonly isHere: boolean;
  /** TLS begins at once, without being asked for. */
  readonly isDirect: boolean;
  readonly url: string;
}

export function targetOf(url: string): Target {
  const client = new Client({ connectionString: withoutFiles(url) });
  const { host, port, user = '', database = '' } = client;
  const { sslNegotiation } = client as unknown as { sslNegotiation: string };
  const isSocket = host.startsWith('/');
  const isHere = isSocket || /^(localhost|127\..*|::1)$/.test(host);
  return { host, port, user, database, isSocket, isHere, isDirect: sslNegotiation === 'direct', url };
}

/** The driver reads certificates as soon as it is given an address: they may be gone by now. */
function withoutFiles(address: string): string {
  const url = new URL(address);
  for (const name of ['sslmode', 'sslrootcert', 'sslcert', 'sslkey']) url.searchParams.delete(name);
  return url.href;
}

/** What the driver makes of an address’s settings for TLS. */
function sslOf({ url }: Target): boolean | object {
  try {
    return (new Client({ connectionString: likeLibpq(url) }) as unknown as { ssl: boolean | object }).ssl;
  } catch (error) {
    const { path } = error as { path?: string };
    throw new StartError(`A file of certificates that its address names cannot be read: ${path} (${codeOf(error)})`);
  }
}

/** Rejects where the host’s name cannot be resolved. */
export async function resolveName({ host, isSocket }: Target): Promise<object> {
  if (!isSocket) await lookup(host);
  return {};
}

/** Rejects where nobody takes the connection. It breaks off when the signal aborts; else the caller ends it. */
export async function openPort({ host, port, isSocket }: Target, signal: AbortSignal): Promise<Socket> {
  const socket = isSocket ? connect({ path: `${host}/.s.PGSQL.${port}` }) : connect({ host, port });
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  await happened(socket, 'connect');
  return socket;
}

/** Begins TLS as the driver would. Rejects where it is asked for and does not come about, or its certificate is not good enough. */
export async function beginTls(socket: Socket, target: Target): Promise<TlsSight> {
  const { host, isDirect } = target;
  const ssl = sslOf(target);
  if (ssl === false) return { isAskedFor: false };
  if (!isDirect) await askForTls(socket);
  const own = ssl === true ? {} : (ssl as { rejectUnauthorized?: boolean });
  const secure = tlsConnect({
    ...{ socket, host, ...own, rejectUnauthorized: false },
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(isDirect ? { ALPNProtocols: ['postgresql'] } : {}),
  });
  await happened(secure, 'secureConnect');
  const isChecked = own.rejectUnauthorized !== false;
  if (isChecked && !secure.authorized) throw distrust(secure);
  const ends = certificateEnds(secure);
  return { isAskedFor: true, isUntrusted: !secure.authorized, ...(ends ? { certificateEnds: ends } : {}) };
}

async function askForTls(socket: Socket): Promise<void> {
  const answer = Promise.withResolvers<Buffer>();
  socket.once('data', answer.resolve);
  socket.once('error', answer.reject);
  socket.once('close', () => answer.reject(broken()));
  socket.write(WANTS_TLS);
  const word = (await answer.promise).toString('latin1');
  if (word !== 'S') throw new Error('The server does not support SSL connections');
}

/** Node puts the code where others have the error. */
function distrust({ authorizationError }: TLSSocket): Error {
  const known = authorizationError as Error | string | undefined;
  return known instanceof Error ? known : Object.assign(new Error(String(known)), { code: String(known) });
}

function happened(socket: Socket, event: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, () => resolve());
  socket.once('close', () => reject(broken()));
  // It stays: a socket that breaks later must not end the process.
  socket.on('error', reject);
  return promise;
}

function broken(): Error {
  return Object.assign(new Error('the connection broke off'), { code: 'ECONNRESET' });
}
