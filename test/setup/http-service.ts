import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A web service of a test's own on 127.0.0.1, which answers as the test says. */
export interface HttpService {
  readonly url: string;
  /** `GET /health`, in order. */
  readonly asked: string[];
  /** From now on it answers so. */
  answer: RequestListener;
  /** How many connections are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** With a certificate it speaks TLS, and its address has the name `localhost`. */
export async function httpService(
  answer: RequestListener,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<HttpService> {
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    service.asked.push(`${request.method} ${request.url}`);
    service.answer(request, response);
  };
  const server: Server = certificate ? createTlsServer(certificate, serve) : createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const service: HttpService = {
    url: certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    asked: [],
    answer,
    connections: () => {
      const { promise, resolve } = Promise.withResolvers<number>();
      server.getConnections((_, count) => resolve(count));
      return promise;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return service;
}

/** Answers everything with this. */
export function page(body: string, { status = 200, type = 'text/html', headers = {} } = {}): RequestListener {
  return (_, response) => response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

export function json(body: object, status = 200): RequestListener {
  return page(JSON.stringify(body), { status, type: 'application/json' });
}
