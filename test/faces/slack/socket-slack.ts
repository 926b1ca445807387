import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What Slack's side of Socket Mode does here: hands out connections, sends envelopes, hears acknowledgements. */
export interface SocketSlack {
  readonly apiUrl: string;
  /** The connections that are open. */
  readonly sockets: Socket[];
  /** Everything that was called over HTTP, with its bearer token. */
  readonly calls: { path: string; token: string | undefined; body: string }[];
  /** Acknowledged envelopes. */
  readonly acknowledged: unknown[];
  send(socket: Socket | undefined, envelope: object): void;
  close(): Promise<void>;
}

const CLOSE = 8;
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export async function startSocketSlack(): Promise<SocketSlack> {
  const sockets: Socket[] = [];
  const calls: SocketSlack['calls'] = [];
  const acknowledged: unknown[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    calls.push({ path: request.url ?? '', token: request.headers.authorization?.replace('Bearer ', ''), body });
    const url = `ws://127.0.0.1:${port()}/link`;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, url }));
  });
  server.on('upgrade', (request, socket: Socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.on('data', (frame) => {
      if (((frame[0] ?? 0) & 0x0f) === CLOSE) return void socket.end(Buffer.from([0x80 | CLOSE, 0]));
      const text = textOf(frame);
      if (text) acknowledged.push(JSON.parse(text));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.splice(sockets.indexOf(socket), 1));
    sockets.push(socket);
    send(socket, { type: 'hello', num_connections: sockets.length, connection_info: { app_id: 'A1' }, debug_info: {} });
  });
  const port = () => (server.address() as AddressInfo).port;
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    apiUrl: `http://127.0.0.1:${port()}/api/`,
    sockets,
    calls,
    acknowledged,
    send,
    close: async () => {
      for (const socket of [...sockets]) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One text frame, as RFC 6455 has it; 65,535 bytes at most. */
function send(socket: Socket | undefined, envelope: object): void {
  const text = Buffer.from(JSON.stringify(envelope));
  const short = Buffer.from([0x81, text.length]);
  const long = Buffer.from([0x81, 126, text.length >> 8, text.length & 255]);
  socket?.write(Buffer.concat([text.length < 126 ? short : long, text]));
}

/** The text of a client's frame; undefined for pings and the like. */
function textOf(frame: Buffer): string | undefined {
  const [first = 0, second = 0] = frame;
  if ((first & 0x0f) !== 1) return undefined;
  const isLong = (second & 127) === 126;
  const length = isLong ? frame.readUInt16BE(2) : second & 127;
  const start = isLong ? 4 : 2;
  const mask = frame.subarray(start, start + 4);
  const body = frame.subarray(start + 4, start + 4 + length);
  return Buffer.from(body.map((byte, place) => byte ^ (mask[place % 4] ?? 0))).toString('utf8');
}
