import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../../errors.ts';

/** What a page shows. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Pages by path. */
export type Pages = Readonly<Record<string, () => Promise<Page>>>;

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Whoever asks is a machine nearby, and asks for little. */
const REQUEST_MS = 5_000;
const MOST_CONNECTIONS = 100;

/** Serves the pages to GET and HEAD. Throws a StartError where it cannot listen. */
export async function listen(pages: Pages, { port, host }: { port: number; host: string }): Promise<Listener> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    void serve(pages, request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await once(server.listen(port, host), 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const message = `CapOps cannot listen on ${host}, port ${port}, for its health (${code}). Set HEALTH_PORT and HEALTH_HOST.`;
    throw new StartError(message, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(pages: Pages, { method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, contentType, text } = await answer(pages, { method, path: url.split('?')[0] ?? '' });
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : text);
}

async function answer(pages: Pages, { method, path }: { method: string | undefined; path: string }): Promise<Page> {
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return plain(404, 'There is no such page.');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'This page is only read.');
  return page().catch(() => plain(500, 'CapOps cannot tell.'));
}

export function plain(status: number, sentence: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', text: `${sentence}\n` };
}
