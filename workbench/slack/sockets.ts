import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Outgoing, Replied } from './deliver.ts';
import { takeFault } from './faults.ts';
import { APP } from './state.ts';
import { changed, newId, type Workspace } from './workspace.ts';

/** Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
const MOST_CONNECTIONS = 10;
const PING_EVERY_MS = 10_000;

/** One connection of the app; `awaited` are the envelopes that it has not acknowledged. */
export type Connection = { id: string; socket: WebSocket; awaited: Map<string, (payload: unknown) => void> };

/** Takes the connections that `apps.connections.open` gave a ticket for; a ticket works once. */
export function acceptSockets(
  workspace: Workspace,
  server: Server,
  isLocal: (request: IncomingMessage) => boolean,
): void {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, stream, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', workspace.url);
    const isInvited = pathname === '/link' && workspace.tickets.delete(searchParams.get('ticket') ?? '');
    if (!isInvited || !isLocal(request)) return void stream.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    sockets.handleUpgrade(request, stream, head, (socket) => connect(workspace, socket));
  });
}

/** An address for one connection, with its ticket. */
export function inviteSocket(workspace: Workspace): string {
  const ticket = randomUUID();
  workspace.tickets.add(ticket);
  return `${workspace.url.replace('http', 'ws')}/link?ticket=${ticket}&app_id=${APP}`;
}

function connect(workspace: Workspace, socket: WebSocket): void {
  if (workspace.sockets.size >= MOST_CONNECTIONS) {
    disconnect(socket, 'too_many_websockets');
    return;
  }
  const connection: Connection = { id: newId('L'), socket, awaited: new Map() };
  workspace.sockets.set(connection.id, connection);
  const pings = setInterval(() => socket.ping(), PING_EVERY_MS).unref();
  socket.on('message', (data) => acknowledge(connection, data));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(pings);
    workspace.sockets.delete(connection.id);
    changed(workspace);
  });
  const debug = { host: 'local-slack', build_number: 1, approximate_connection_time: 3600 };
  const hello = { type: 'hello', num_connections: workspace.sockets.size, connection_info: { app_id: APP } };
  // With a planned fault of `hello` the connection is open and Slack says nothing.
  if (!takeFault(workspace, 'hello')) socket.send(JSON.stringify({ ...hello, debug_info: debug }));
  changed(workspace);
}

function acknowledge({ awaited }: Connection, data: RawData): void {
  const { envelope_id, payload } = JSON.parse(data.toString()) as { envelope_id?: string; payload?: unknown };
  awaited.get(envelope_id ?? '')?.(payload);
}

/** Sends a payload over one of the connections, each in turn, and waits for the acknowledgement or the signal. */
export async function sendOverSocket(
  workspace: Workspace,
  { kind, payload, retry }: Outgoing,
  signal: AbortSignal,
): Promise<Replied> {
  const connection = nextConnection(workspace);
  const envelope = {
    envelope_id: randomUUID(),
    type: envelopeType(kind),
    accepts_response_payload: kind !== 'event',
    ...(kind === 'event' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {}),
    payload,
  };
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  connection.awaited.set(envelope.envelope_id, resolve);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  connection.socket.send(JSON.stringify(envelope));
  const answer = await promise.finally(() => connection.awaited.delete(envelope.envelope_id));
  return { status: 200, body: bodyOf(answer) };
}

/** Asks the app to renew its oldest connection, and closes it, as Slack does now and then. */
export function refreshSocket(workspace: Workspace): void {
  const [oldest] = workspace.sockets.values();
  if (!oldest) return;
  // What it was sent may still be acknowledged on it; nothing further is sent.
  workspace.sockets.delete(oldest.id);
  disconnect(oldest.socket, 'refresh_requested');
}

function disconnect(socket: WebSocket, reason: string): void {
  socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local-slack' } }));
  socket.close();
}

function nextConnection({ sockets }: Workspace): Connection {
  const [next] = sockets.values();
  if (!next) throw new Error('no connection is open');
  sockets.delete(next.id);
  sockets.set(next.id, next);
  return next;
}

function envelopeType(kind: string): string {
  if (kind === 'event') return 'events_api';
  return kind === 'command' ? 'slash_commands' : 'interactive';
}

/** Bolt says nothing by `{}` too. */
function bodyOf(answer: unknown): string {
  if (typeof answer === 'string') return answer;
  return Object.keys(answer ?? {}).length === 0 ? '' : JSON.stringify(answer);
}
