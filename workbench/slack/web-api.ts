import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteCall } from './calls.ts';
import type { Payload } from './deliver.ts';
import { type Fault, takeFault } from './faults.ts';
import { type Exchange, respondJson } from './http.ts';
import { apps } from './methods/apps.ts';
import { chat } from './methods/chat.ts';
import { directory } from './methods/directory.ts';
import { files } from './methods/files.ts';
import { type Method, Refusal } from './methods/method.ts';
import { views } from './methods/views.ts';
import { overRate } from './rates.ts';
import type { Workspace } from './workspace.ts';

/** Every method that the local Slack knows. */
const METHODS: Record<string, Method> = { ...apps, ...directory, ...chat, ...views, ...files };

/** A fault that changes the answer of a method whose work is done all the same. */
type AfterFault = Pick<Fault, 'status' | 'error'>;

/** Lets the fault happen that was asked for. `answered`: nothing is left to do; else what is to be answered afterwards. */
export async function meetFault(
  workspace: Workspace,
  method: string,
  response: ServerResponse,
): Promise<'answered' | AfterFault> {
  const { delayMs, down, retryAfter, ...after } = takeFault(workspace, method) ?? {};
  if (delayMs) await sleep(delayMs);
  if (down) response.destroy();
  if (retryAfter !== undefined) tooFast(workspace, method, { response, retryAfter });
  // Only a method can know what an error word means.
  const isMethod = method.includes('.');
  if (!isMethod && after.status) respondJson(response, after.status, {});
  if (!isMethod && after.error) respondJson(response, 400, { ok: false, error: after.error });
  return down || response.headersSent ? 'answered' : after;
}

/** POST /api/<method>: answers as Slack does, always with status 200 unless a fault was asked for or it is too fast. */
export function webApi(workspace: Workspace, method: string, exchange: Exchange & { fault: AfterFault }): void {
  const { response, fault } = exchange;
  const args = argumentsOf(exchange);
  const retryAfter = overRate(workspace, method, args);
  if (retryAfter !== undefined) {
    tooFast(workspace, method, { response, retryAfter, args });
    return;
  }
  const answer = fault.error ? { ok: false, error: fault.error } : call(workspace, method, args);
  // A server error after the work is done is the unkind kind: the app cannot know.
  const shown = fault.status ? { ok: false, error: `HTTP ${fault.status}` } : answer;
  noteCall(workspace, { method, token: args.token, arguments: args, answer: shown });
  respondJson(response, fault.status ?? 200, fault.status ? {} : answer);
}

type TooFast = { response: ServerResponse; retryAfter: number; args?: Payload };

function tooFast(workspace: Workspace, method: string, { response, retryAfter, args = {} }: TooFast): void {
  const answer = { ok: false, error: 'ratelimited' };
  noteCall(workspace, { method, token: args.token, arguments: args, answer });
  respondJson(response, 429, answer, { 'retry-after': String(retryAfter) });
}

function call(workspace: Workspace, method: string, args: Payload): Payload {
  const unwelcome = tokenComplaint(workspace, method, args.token);
  if (unwelcome) return { ok: false, error: unwelcome };
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

function tokenComplaint(workspace: Workspace, method: string, token: unknown): string | undefined {
  if (!token) return 'not_authed';
  const isApps = method in apps;
  if (token === (isApps ? workspace.appToken : workspace.botToken)) return undefined;
  return token === workspace.appToken || token === workspace.botToken ? 'not_allowed_token_type' : 'invalid_auth';
}

/** Arguments of a JSON or urlencoded body; in the latter web-api sends lists and objects as JSON. */
function argumentsOf({ headers, body: bytes }: Exchange): Payload {
  const body = bytes.toString('utf8');
  const bearer = headers.authorization?.replace(/^Bearer /, '');
  const token = bearer ? { token: bearer } : {};
  if (headers['content-type']?.startsWith('application/json')) return { ...token, ...JSON.parse(body || '{}') };
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
