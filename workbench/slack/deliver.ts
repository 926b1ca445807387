import { takeHold } from './faults.ts';
import { httpRequest, sendOverHttp } from './http-delivery.ts';
import { sendOverSocket } from './sockets.ts';
import type { Delivery } from './state.ts';
import { changed, stamp, type Workspace } from './workspace.ts';

const PATIENCE_MS = 3_000;
const KEPT = 3_000;

export type Payload = Record<string, unknown>;

/** What goes to the app: kind is `command`, `event`, or an interactive type such as `block_actions`. */
export type Outgoing = { kind: string; payload: Payload; retry?: { attempt: number; reason: string } };

/** What came back. Over a socket an acknowledgement counts as 200. */
export type Replied = { status: number; body: string; wantsNoRetry?: boolean };

/** How a delivery differs from an ordinary one; for what Slack never sends, and for what it sends again. HTTP only. */
export type Oddity = {
  /** Another secret: a request that is not Slack's. */
  signingSecret?: string;
  /** Seconds since 1970 that the signature names. */
  timestamp?: number;
  /** Further headers, such as x-slack-retry-num. */
  headers?: Record<string, string>;
};

/**
 * Sends one request to the app, over one of its sockets where it has some, else over HTTP; and keeps what became of it.
 * Never throws: an app that is away or takes longer than 3 seconds of the workspace's time is a delivery with an error.
 */
export function deliver(workspace: Workspace, kind: string, payload: Payload, odd: Oddity = {}): Promise<Delivery> {
  return send(workspace, { kind, payload }, odd);
}

export async function send(workspace: Workspace, outgoing: Outgoing, odd: Oddity = {}): Promise<Delivery> {
  const request = httpRequest(workspace, outgoing, odd);
  const delivery = begin(workspace, outgoing, request);
  const isHeld = takeHold(workspace, outgoing.kind);
  const started = performance.now();
  const late = new AbortController();
  const timeUp = Promise.withResolvers<Replied>();
  const callOff = workspace.clock.at(workspace.now() + PATIENCE_MS, () => {
    timeUp.reject(new LateError());
    late.abort();
  });
  const sent =
    delivery.via === 'socket'
      ? sendOverSocket(workspace, outgoing, late.signal)
      : sendOverHttp(workspace, request, late.signal);
  // An acknowledgement held back is as good as none, however fast it was.
  const reply = isHeld ? sent.then(() => timeUp.promise) : sent;
  try {
    const { status, body, wantsNoRetry = false } = await Promise.race([reply, timeUp.promise]);
    Object.assign(delivery, { status, body, wantsNoRetry });
    if (status < 200 || status > 299) delivery.error = 'dispatch_failed';
  } catch (error) {
    delivery.error = error instanceof LateError ? 'operation_timeout' : 'dispatch_failed';
  }
  callOff();
  reply.catch(() => undefined);
  timeUp.promise.catch(() => undefined);
  delivery.ms = performance.now() - started;
  delivery.version = stamp(workspace);
  changed(workspace);
  return delivery;
}

class LateError extends Error {}

/** The acknowledgement's JSON; undefined when it is empty or none. */
export function answered(delivery: Delivery): Payload | undefined {
  if (delivery.error || !delivery.body.startsWith('{')) return undefined;
  return JSON.parse(delivery.body) as Payload;
}

function begin(workspace: Workspace, outgoing: Outgoing, request: Delivery['request']): Delivery {
  const { kind, payload, retry } = outgoing;
  const { deliveries } = workspace.state;
  const delivery: Delivery = {
    id: (deliveries.at(-1)?.id ?? 0) + 1,
    version: stamp(workspace),
    kind,
    via: workspace.sockets.size > 0 ? 'socket' : 'http',
    attempt: retry?.attempt ?? 0,
    at: workspace.now(),
    request,
    payload,
    body: '',
  };
  deliveries.push(delivery);
  if (deliveries.length > KEPT) deliveries.shift();
  return delivery;
}

/** Slack does not take what the app acknowledged with: it is kept beside the delivery, and said aloud. */
export function refuse(workspace: Workspace, delivery: Delivery, error: string, complaints: string[]): void {
  Object.assign(delivery, { error, complaints, version: stamp(workspace) });
  console.error(`local Slack: the acknowledgement of a ${delivery.kind} was refused with ${error}`, complaints);
  changed(workspace);
}

/** What the person was shown because of the delivery's error. */
export function showed(workspace: Workspace, delivery: Delivery, shown: string): void {
  Object.assign(delivery, { shown, version: stamp(workspace) });
}
