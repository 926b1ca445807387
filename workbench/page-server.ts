import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';
import { GoneError, performAct } from './page-acts.ts';
import type { Page } from './page-build.ts';
import type { PageCommand } from './page-data.ts';
import { sightFor } from './page-sight.ts';
import { fileObject, storeFile } from './slack/files.ts';
import { readBody, respond, respondJson } from './slack/http.ts';
import type { Route } from './slack/server.ts';
import { trafficSince } from './slack/traffic.ts';
import type { Workspace } from './slack/workspace.ts';

const TYPES: Record<string, string> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};
// Messages are the app's text: whatever they hold, no script but ours runs and nothing is fetched from elsewhere.
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; form-action 'none'; frame-ancestors 'none'";

/** The page's routes: its files, what a person sees as it changes, and what they do. */
export function pageRoutes(page: Page, commands: PageCommand[]): (workspace: Workspace) => Route[] {
  return (workspace) => [
    async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', workspace.url);
      if (pathname === '/page/sight')
        return follow(workspace, { as: searchParams.get('as') ?? '', commands }, response);
      if (pathname === '/page/act' && request.method === 'POST') return actOn(workspace, request, response);
      if (pathname === '/page/files' && request.method === 'POST') return keepFile(workspace, request, response);
      if (pathname === '/page/traffic') return giveTraffic(workspace, Number(searchParams.get('since')), response);
      if (pathname.startsWith('/page/files/')) return giveFile(workspace, pathname.split('/').at(-1) ?? '', response);
      return giveAsset(page, pathname === '/' ? '/index.html' : pathname, response);
    },
  ];
}

function giveAsset(page: Page, path: string, response: ServerResponse): boolean {
  const asset = page.get(path);
  if (asset === undefined) return false;
  const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  const headers = {
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...headers }).end(asset);
  return true;
}

/** Server-sent events: what the person sees now, and then every change, gathered for a moment. */
function follow(
  workspace: Workspace,
  { as, commands }: { as: string; commands: PageCommand[] },
  response: ServerResponse,
): boolean {
  const person = workspace.state.people.get(as);
  if (!person) {
    respond(response, 404, `Nobody is ${as}`);
    return true;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 500\n\n');
  const known = { version: -1, messages: new Set<string>() };
  let waiting: NodeJS.Timeout | undefined;
  const send = () => {
    waiting = undefined;
    response.write(`data: ${JSON.stringify({ ...sightFor(workspace, person, known), commands })}\n\n`);
  };
  const soon = () => {
    waiting ??= setTimeout(send, 15);
  };
  send();
  workspace.listeners.add(soon);
  response.on('close', () => {
    clearTimeout(waiting);
    workspace.listeners.delete(soon);
  });
  return true;
}

async function actOn(workspace: Workspace, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  try {
    respondJson(response, 200, await performAct(workspace, JSON.parse((await readBody(request)).toString('utf8'))));
  } catch (error) {
    if (!(error instanceof GoneError || error instanceof ZodError)) throw error;
    respondJson(response, 400, { error: error.message });
  }
  return true;
}

/** POST /page/files?name=…&as=… with the content as the body; answers with the file as a file input holds it. */
async function keepFile(workspace: Workspace, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { searchParams } = new URL(request.url ?? '/', workspace.url);
  const [name, user] = [searchParams.get('name') ?? 'file', searchParams.get('as') ?? ''];
  const file = storeFile(workspace, { name, user, content: await readBody(request) });
  respondJson(response, 200, fileObject(workspace, file));
  return true;
}

/** What went to the app and came from it since that version, for the panel behind the scenes. */
function giveTraffic(workspace: Workspace, since: number, response: ServerResponse): boolean {
  respondJson(response, 200, { version: workspace.state.version, traffic: trafficSince(workspace, since) });
  return true;
}

function giveFile(workspace: Workspace, id: string, response: ServerResponse): boolean {
  const file = workspace.state.files.get(id);
  if (!file) return false;
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`;
  const headers = { 'content-disposition': disposition, 'x-content-type-options': 'nosniff' };
  response.writeHead(200, { 'content-type': file.mimetype, ...headers }).end(file.content);
  return true;
}
