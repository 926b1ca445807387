import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

type Mode = 'pass' | 'hang' | 'refuse';

/** Stands between a client and a server and fails on demand: a server that is down, gone or silent. */
export type TcpProxy = {
  port: number;
  /** The same address through the proxy. */
  through(url: string): string;
  /** Ends the open connections; new ones pass. */
  cut(): void;
  /** Connections stay and new ones are accepted, but no byte moves. */
  hang(): void;
  /** Ends the open connections and refuses new ones. */
  refuse(): Promise<void>;
  /** Back to normal, on the same port. */
  pass(): Promise<void>;
  close(): Promise<void>;
};

/** A proxy on 127.0.0.1 before the given port there, or before a socket in the file system. */
export async function tcpProxy(target: number | string): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode: Mode = 'pass';
  const server = createServer((client) => {
    const upstream = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
    join(client, upstream, sockets);
    if (mode === 'hang') for (const socket of [client, upstream]) socket.pause();
  });
  const port = await listen(server, 0);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const refuse = async () => {
    mode = 'refuse';
    await unlisten(server, cut);
  };
  return {
    port,
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    cut,
    hang: () => {
      mode = 'hang';
      for (const socket of sockets) socket.pause();
    },
    refuse,
    pass: async () => {
      if (mode === 'refuse') await listen(server, port);
      mode = 'pass';
      for (const socket of sockets) socket.resume();
    },
    close: refuse,
  };
}

function join(client: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(from);
    from.on('data', (bytes) => to.write(bytes));
    from.on('error', () => to.destroy());
    from.on('end', () => to.end());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

async function unlisten(server: Server, cut: () => void): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  cut();
  await closed;
}
