import { createHmac } from 'node:crypto';
import type { Delivery } from './state.ts';
import { changed, type Workspace } from './workspace.ts';

const PATIENCE_MS = 3_000;
const KEPT = 3_000;

export type Payload = Record<string, unknown>;

/** How a delivery differs from an ordinary one; for what Slack never sends, and for what it sends again. */
export type Oddity = {
  /** Another secret: a request that is not Slack's. */
  signingSecret?: string;
  /** Seconds since 1970 that the signature names. */
  timestamp?: number;
  /** Further headers, such as x-slack-retry-num. */
  headers?: Record<string, string>;
};

/**
 * Sends one request to the app, signed as Slack signs, and keeps what became of it. Never throws: an app that is away
 * or takes longer than 3 seconds is a delivery without a status.
 */
export async function deliver(
  workspace: Workspace,
  kind: string,
  payload: Payload,
  odd: Oddity = {},
): Promise<Delivery> {
  const body = encode(kind, payload);
  const headers = { 'content-type': contentType(kind), ...signature(workspace, body, odd), ...odd.headers };
  const { state } = workspace;
  const id = (state.deliveries.at(-1)?.id ?? 0) + 1;
  const delivery: Delivery = { id, kind, at: workspace.now(), request: { headers, body }, payload, body: '' };
  state.deliveries.push(delivery);
  if (state.deliveries.length > KEPT) state.deliveries.shift();
  const started = performance.now();
  try {
    if (!workspace.appUrl) throw new Error('no app is connected');
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(workspace.appUrl, { method: 'POST', headers, body, redirect: 'manual', signal });
    delivery.body = await answer.text();
    delivery.status = answer.status;
    if (!answer.ok) delivery.error = 'dispatch_failed';
  } catch (error) {
    delivery.error = error instanceof Error && error.name === 'TimeoutError' ? 'operation_timeout' : 'dispatch_failed';
  }
  delivery.ms = performance.now() - started;
  changed(workspace);
  return delivery;
}

/** The acknowledgement's JSON; undefined when it is empty or none. */
export function answered(delivery: Delivery): Payload | undefined {
  if (delivery.error || !delivery.body.startsWith('{')) return undefined;
  return JSON.parse(delivery.body) as Payload;
}

function encode(kind: string, payload: Payload): string {
  if (kind === 'event') return JSON.stringify(payload);
  if (kind === 'command') return new URLSearchParams(payload as Record<string, string>).toString();
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function contentType(kind: string): string {
  return kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded';
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
function signature(workspace: Workspace, body: string, odd: Oddity): Record<string, string> {
  const timestamp = odd.timestamp ?? Math.floor(workspace.now() / 1000);
  const hmac = createHmac('sha256', odd.signingSecret ?? workspace.signingSecret);
  return {
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${hmac.update(`v0:${timestamp}:${body}`).digest('hex')}`,
  };
}
