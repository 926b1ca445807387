import { once } from 'node:events';
import {
  request as ask,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What it does with a request instead of passing it on. `lose`: passes it on, and the answer is never heard. */
export type Misdeed = 'cut' | 'hang' | 'lose' | { status: number; body?: string };

type Decision = (line: string, headers: IncomingHttpHeaders) => Misdeed | undefined;

/** Stands between a client and an HTTP server on 127.0.0.1, notes what is asked, and misbehaves on demand. */
export type HttpPeer = {
  endpoint: string;
  /** `GET /bucket?list-type=2`, in order. */
  asked: string[];
  /** Asked of each request; undefined: it passes. */
  misbehave(how: Decision): void;
  close(): Promise<void>;
};

export async function httpPeer(target: string): Promise<HttpPeer> {
  const asked: string[] = [];
  let how: Decision = () => undefined;
  const server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    asked.push(line);
    serve(how(line, incoming.headers), target, incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    misbehave: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(
  misdeed: Misdeed | undefined,
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  if (misdeed === 'hang') return;
  if (misdeed === 'cut') return void incoming.socket.destroy();
  if (typeof misdeed === 'object') {
    incoming.resume().on('end', () => {
      outgoing.writeHead(misdeed.status, { 'content-type': 'application/xml' }).end(misdeed.body);
    });
    return;
  }
  pass(target, incoming, (answer) => {
    if (misdeed === 'lose') return void answer.resume().on('end', () => incoming.socket.destroy());
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
}

/** The host stays as the client had it: it is signed. */
function pass(target: string, incoming: IncomingMessage, hear: (answer: IncomingMessage) => void): void {
  const { expect: _, ...headers } = incoming.headers;
  const { hostname, port } = new URL(target);
  const onward = ask({ hostname, port, method: incoming.method, path: incoming.url, headers }, hear);
  onward.on('error', () => incoming.socket.destroy());
  incoming.on('error', () => onward.destroy());
  incoming.pipe(onward);
}
