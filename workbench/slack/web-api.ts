import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Payload } from './deliver.ts';
import { takeFault } from './faults.ts';
import { readBody, respondJson } from './http.ts';
import { chat } from './methods/chat.ts';
import { directory } from './methods/directory.ts';
import { files } from './methods/files.ts';
import { type Method, Refusal } from './methods/method.ts';
import { views } from './methods/views.ts';
import { changed, stamp, type Workspace } from './workspace.ts';

/** Every method that the local Slack knows. */
const METHODS: Record<string, Method> = { ...directory, ...chat, ...views, ...files };
const KEPT = 3_000;

/** POST /api/<method>: answers as Slack does, always with status 200 unless a fault was asked for. */
export async function webApi(workspace: Workspace, method: string, request: IncomingMessage, response: ServerResponse) {
  const args = await argumentsOf(request);
  const fault = takeFault(workspace, method);
  if (fault?.delayMs) await sleep(fault.delayMs);
  if (fault?.retryAfter !== undefined) {
    note(workspace, method, args, { ok: false, error: 'ratelimited' });
    return respondJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(fault.retryAfter) });
  }
  const answer = fault?.error ? { ok: false, error: fault.error } : call(workspace, method, args);
  // A server error after the work is done is the unkind kind: the app cannot know.
  note(workspace, method, args, fault?.status ? { ok: false, error: `HTTP ${fault.status}` } : answer);
  return respondJson(response, fault?.status ?? 200, fault?.status ? {} : answer);
}

function call(workspace: Workspace, method: string, args: Payload): Payload {
  if (args.token !== workspace.botToken) return { ok: false, error: args.token ? 'invalid_auth' : 'not_authed' };
  const known = METHODS[method];
  if (!known) {
    console.error(`local Slack: the app called ${method}, which workbench/slack/methods does not have`);
    return { ok: false, error: 'unknown_method', req_method: method };
  }
  try {
    return { ok: true, ...known(workspace, args) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const messages = error.complaints;
    return {
      ok: false,
      error: error.message,
      ...(messages.length > 0 ? { errors: messages, response_metadata: { messages } } : {}),
    };
  }
}

function note(workspace: Workspace, method: string, args: Payload, answer: Payload): void {
  const { token: _, ...shown } = args;
  workspace.state.calls.push({ version: stamp(workspace), method, at: workspace.now(), arguments: shown, answer });
  if (workspace.state.calls.length > KEPT) workspace.state.calls.shift();
  changed(workspace);
}

/** Arguments of a JSON or urlencoded body; in the latter web-api sends lists and objects as JSON. */
async function argumentsOf(request: IncomingMessage): Promise<Payload> {
  const body = (await readBody(request)).toString('utf8');
  const bearer = request.headers.authorization?.replace(/^Bearer /, '');
  const token = bearer ? { token: bearer } : {};
  if (request.headers['content-type']?.startsWith('application/json')) return { ...token, ...JSON.parse(body || '{}') };
  const pairs = [...new URLSearchParams(body)].map(([name, value]) => [name, parsed(name, value)]);
  return { ...token, ...Object.fromEntries(pairs) };
}

const STRUCTURED = new Set(['blocks', 'view', 'files', 'metadata', 'attachments']);

function parsed(name: string, value: string): unknown {
  if (!STRUCTURED.has(name)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
