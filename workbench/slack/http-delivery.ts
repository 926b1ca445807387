import { createHmac } from 'node:crypto';
import type { Oddity, Outgoing, Replied } from './deliver.ts';
import type { Workspace } from './workspace.ts';

/** The request that carries a payload over HTTP, signed as Slack signs. */
export function httpRequest(workspace: Workspace, { kind, payload, retry }: Outgoing, odd: Oddity) {
  const body = encode(kind, payload);
  const again = retry ? { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason } : {};
  const headers = { 'content-type': contentType(kind), ...signature(workspace, body, odd), ...again, ...odd.headers };
  return { headers, body };
}

/** Rejects when nothing answers at the app's address. */
export async function sendOverHttp(
  workspace: Workspace,
  request: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<Replied> {
  if (!workspace.appUrl) throw new Error('no app is connected');
  const answer = await fetch(workspace.appUrl, { method: 'POST', ...request, redirect: 'manual', signal });
  return {
    status: answer.status,
    body: await answer.text(),
    wantsNoRetry: answer.headers.get('x-slack-no-retry') === '1',
  };
}

function encode(kind: string, payload: Outgoing['payload']): string {
  if (kind === 'event') return JSON.stringify(payload);
  if (kind === 'command') return new URLSearchParams(payload as Record<string, string>).toString();
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function contentType(kind: string): string {
  return kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded';
}

/**
 * https://docs.slack.dev/authentication/verifying-requests-from-slack. The time is the machine's: the app, which refuses
 * what is old, does not see the workspace's clock turned.
 */
function signature(workspace: Workspace, body: string, odd: Oddity): Record<string, string> {
  const timestamp = odd.timestamp ?? Math.floor(Date.now() / 1000);
  const hmac = createHmac('sha256', odd.signingSecret ?? workspace.signingSecret);
  return {
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${hmac.update(`v0:${timestamp}:${body}`).digest('hex')}`,
  };
}
