import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Where within one exchange the bot dies: before what is asked for arrives; when it is done, before the answer is passed
 * on; when the answer has left.
 */
export type Moment = 'before' | 'unanswered' | 'answered';

/** Looks at what passes a gate and says whether the bot dies there. */
export interface Tripwire {
  /** `text` is what was asked so far in one exchange. */
  meets(text: string): Moment | undefined;
  /** `port` is the one from which the server is spoken to on this connection. */
  spring(port?: number): void;
  /** The bot is dead: nothing that was on its way arrives. */
  isSprung(): boolean;
}

/** How one protocol is read. */
export interface Protocol {
  /** A reader for one connection: what its client's bytes ask for, each with what belongs to it from before. */
  reader(): (bytes: Buffer) => readonly string[];
  /** Whether the server's answer is whole with these bytes. */
  endsWith(bytes: Buffer): boolean;
}

/** Stands between a client and a server, lets everything pass, and knows what it was. */
export interface Gate {
  readonly port: number;
  /** The server's port; another one for connections from then on. */
  target: number;
  close(): Promise<void>;
}

export async function openGate(target: number, protocol: Protocol, tripwire: Tripwire): Promise<Gate> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(gate.target, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    join(client, upstream, { protocol, tripwire });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gate = {
    port: (server.address() as AddressInfo).port,
    target,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return gate;
}

function join(
  client: Socket,
  upstream: Socket,
  { protocol, tripwire }: { protocol: Protocol; tripwire: Tripwire },
): void {
  const read = protocol.reader();
  let moment: Moment | undefined;
  client.on('data', (bytes) => {
    if (tripwire.isSprung()) return;
    for (const text of read(bytes)) moment ??= tripwire.meets(text);
    if (moment === 'before') tripwire.spring(upstream.localPort);
    else upstream.write(bytes);
  });
  upstream.on('data', (bytes) => {
    if (moment !== 'unanswered') {
      client.write(bytes, () => {
        if (moment === 'answered' && protocol.endsWith(bytes)) tripwire.spring(upstream.localPort);
      });
    } else if (protocol.endsWith(bytes)) tripwire.spring(upstream.localPort);
  });
}
