import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { HttpSight, Look } from '../ports.ts';
import { UnfinishedError } from './probe-sight.ts';

const MOST_BYTES = 64 * 1024;

/**
 * Asks an address once, on a connection of its own, and follows nothing. Rejects where no answer comes; with an
 * UnfinishedError where one began and the look's time was over.
 */
export async function lookAtPage(url: URL, { signal }: Look): Promise<HttpSight> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { accept: '*/*', 'user-agent': 'CapOps health check', connection: 'close' };
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const request = send(url, { agent: false, headers, signal }, resolve);
  request.on('error', reject).end();
  try {
    return await readAnswer(await promise, { url, signal });
  } finally {
    request.destroy();
  }
}

async function readAnswer(
  answer: IncomingMessage,
  { url, signal }: { url: URL; signal: AbortSignal },
): Promise<HttpSight> {
  const { statusCode: status = 0, headers, socket } = answer;
  const ends = certificateEnds(socket as TLSSocket);
  const isRedirect = status >= 300 && status < 400 && headers.location !== undefined;
  const seen = {
    status,
    contentType: headers['content-type'] ?? '',
    ...(ends ? { certificateEnds: ends } : {}),
    ...(isRedirect ? { redirect: whereTo(headers.location ?? '', url) } : {}),
  };
  return { ...seen, ...(await readBody(answer, signal)) };
}

async function readBody(answer: IncomingMessage, signal: AbortSignal): Promise<Pick<HttpSight, 'body' | 'isCut'>> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > MOST_BYTES) break;
    }
  } catch (cause) {
    if (signal.aborted) throw new UnfinishedError('the answer was not through in time', { cause });
    throw cause;
  }
  const body = Buffer.concat(pieces).subarray(0, MOST_BYTES).toString('utf8');
  return { body, isCut: bytes > MOST_BYTES };
}

/** The path on the same host; no other address is told, and no query: it may hold a secret. */
function whereTo(location: string, from: URL): string {
  const to = URL.parse(location, from.href);
  if (!to || to.hostname !== from.hostname) return 'elsewhere';
  if (to.protocol !== from.protocol) return `${to.protocol.slice(0, -1).toUpperCase()}, ${to.pathname}`;
  return to.port === from.port ? to.pathname : `another port, ${to.pathname}`;
}

/** Undefined without TLS. */
export function certificateEnds(socket: TLSSocket): Date | undefined {
  const until = socket.getPeerCertificate?.()?.valid_to;
  return until ? new Date(until) : undefined;
}
