import type { Payload } from './deliver.ts';
import type { Call } from './state.ts';
import { changed, stamp, type Workspace } from './workspace.ts';

const KEPT = 3_000;

/** A call of the app's; `token` as it came, with or without `Bearer`. */
type Made = { method: string; token: unknown; arguments: Payload; answer: Payload };

/** Keeps what the app called and what it was answered, without the token itself. */
export function noteCall(workspace: Workspace, { method, token, arguments: args, answer }: Made): void {
  const { calls } = workspace.state;
  const { token: _, ...shown } = args;
  const kept = { version: stamp(workspace), method, at: workspace.now(), token: whose(workspace, token) };
  calls.push({ ...kept, arguments: shown, answer });
  if (calls.length > KEPT) calls.shift();
  changed(workspace);
}

function whose({ botToken, appToken }: Workspace, token: unknown): Call['token'] {
  if (!token) return 'none';
  const bare = String(token).replace(/^Bearer /, '');
  if (bare === botToken) return 'bot';
  return bare === appToken ? 'app' : 'other';
}
