import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError, z } from 'zod';
import { type Actor, actAs } from '../client/actor.ts';
import { testing } from '../client/testing.ts';
import { readBody, respond } from '../slack/http.ts';
import type { Route } from '../slack/server.ts';
import type { Workspace } from '../slack/workspace.ts';
import { PERSON_VERBS, SLACK_VERBS } from './verbs.ts';
import { fromWire, toWire } from './wire.ts';

type Act = (...args: unknown[]) => unknown;
type Verbs = Record<string, z.ZodType<unknown[]>>;

/**
 * The control port. `POST /control/<verb>` and `POST /control/as/<person>/<verb>` with the arguments as a JSON list do
 * what the same verbs do in a test; `POST /control/as/<person>` answers with a new reader, to whom everything up to now
 * is known, and who stands for the person in the address.
 */
export function controlRoute(workspace: Workspace): Route {
  const actors = new Map<string, Actor>();
  const actorOf = (key: string): Actor => {
    const person = workspace.state.people.get(key.split('.')[0] ?? '');
    if (!person) throw new AskedError(`Nobody in the local Slack is ${key}.`);
    const actor = actors.get(key) ?? actAs(workspace, person);
    actors.set(key, actor);
    return actor;
  };
  const newReader = (id: string): string => {
    const key = `${id}.${actors.size}`;
    actorOf(key);
    return key;
  };
  return async (request, response) => {
    const [, door, ...path] = new URL(request.url ?? '/', workspace.url).pathname.split('/');
    if (door !== 'control') return false;
    const [first = '', key = '', verb] = path;
    if (!isAllowed(workspace, request, response)) return true;
    await answer(response, async () => {
      if (first !== 'as') return perform(SLACK_VERBS, testing(workspace) as Verbish, { verb: first, request });
      if (verb === undefined) return newReader(key);
      return perform(PERSON_VERBS, actorOf(key) as Verbish, { verb, request });
    });
    return true;
  };
}

type Verbish = Record<string, unknown>;

/** What was asked for cannot be done: whoever asked can mend it. */
class AskedError extends Error {}

async function perform(verbs: Verbs, on: Verbish, asked: { verb: string; request: IncomingMessage }): Promise<unknown> {
  const known = Object.hasOwn(verbs, asked.verb) ? verbs[asked.verb] : undefined;
  if (!known) throw new AskedError(`There is no ${asked.verb}; there is: ${Object.keys(verbs).join(', ')}.`);
  const body = (await readBody(asked.request)).toString('utf8');
  return (on[asked.verb] as Act)(...known.parse(fromWire(body || '[]')));
}

async function answer(response: ServerResponse, act: () => Promise<unknown>): Promise<void> {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  try {
    const result = await act();
    respond(response, 200, toWire({ result: result ?? null }), headers);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = error instanceof ZodError ? z.prettifyError(error) : error.message;
    respond(response, 400, toWire({ error: message }), headers);
  }
}

/** Whoever has the token acts as anybody: it goes nowhere but to the page, to tests and to the terminal that started it. */
function isAllowed(workspace: Workspace, request: IncomingMessage, response: ServerResponse): boolean {
  const isKnown = request.headers.authorization === `Bearer ${workspace.controlToken}`;
  if (!isKnown) respond(response, 401, 'The control port takes its token only: authorization: Bearer …');
  else if (request.method !== 'POST') respond(response, 405, 'POST the arguments as a JSON list.');
  return isKnown && request.method === 'POST';
}
