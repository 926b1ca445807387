import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Exchange, readBody, readForm, respond } from './http.ts';
import { responseUrl } from './response-urls.ts';
import { acceptSockets } from './sockets.ts';
import { meetFault, webApi } from './web-api.ts';
import type { Workspace } from './workspace.ts';

/** Takes what it knows and returns true; false leaves the request to the next. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Slack's side over HTTP and WebSocket, on 127.0.0.1 only. `further` are the page's routes. */
export async function listen(workspace: Workspace, port: number, further: Route[] = []): Promise<Server> {
  const routes = [slackRoute(workspace), ...further];
  const server = createServer(async (request, response) => {
    try {
      if (!isLocal(workspace, request)) return respond(response, 403, 'The local Slack answers this machine only.');
      for (const route of routes) if (await route(request, response)) return;
      respond(response, 404, 'Not found');
    } catch (error) {
      console.error('local Slack:', error);
      if (!response.headersSent) respond(response, 500, 'The local Slack has a bug: see its terminal.');
    }
  });
  acceptSockets(workspace, server, (request) => isLocal(workspace, request));
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  workspace.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return server;
}

/** A page elsewhere may reach 127.0.0.1, by another Host name or from another Origin: neither is let in. */
function isLocal(workspace: Workspace, request: IncomingMessage): boolean {
  const { port } = new URL(workspace.url);
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!own.includes(request.headers.host ?? '')) return false;
  const { origin } = request.headers;
  return origin === undefined || own.some((host) => origin === `http://${host}`);
}

/** What is no Web API method, by the name that faults know it by. */
const METHOD_OF: Record<string, string> = { response: 'response_url', upload: 'upload', files: 'files' };

function slackRoute(workspace: Workspace): Route {
  return async (request, response) => {
    const [, kind = '', id = ''] = new URL(request.url ?? '/', workspace.url).pathname.split('/');
    const method = METHOD_OF[kind] ?? id;
    if (!(kind === 'api' || kind in METHOD_OF)) return false;
    const exchange = { headers: request.headers, body: await readBody(request), response };
    const fault = await meetFault(workspace, method, response);
    if (fault === 'answered') return true;
    if (kind === 'api') webApi(workspace, id, { ...exchange, fault });
    else if (kind === 'response') responseUrl(workspace, id, exchange);
    else if (kind === 'upload') await upload(workspace, id, exchange);
    else download(workspace, id, exchange);
    return true;
  };
}

async function upload(workspace: Workspace, id: string, exchange: Exchange): Promise<void> {
  const { headers, body, response } = exchange;
  const file = workspace.state.files.get(id);
  if (!file || file.shared) return respond(response, 404, 'no such upload');
  const form = headers['content-type']?.startsWith('multipart/') ? await readForm(exchange) : undefined;
  const part = form && [...form.values()].find((value) => typeof value !== 'string');
  file.content = part ? Buffer.from(await (part as File).arrayBuffer()) : body;
  respond(response, 200, `OK - ${file.content.length}`);
}

/** Slack sends a browser without a session, and an app without its token, to the page where people log in. */
function download(workspace: Workspace, id: string, { headers, response }: Exchange): void {
  const file = workspace.state.files.get(id);
  const isApp = headers.authorization === `Bearer ${workspace.botToken}`;
  if (!isApp) respond(response, 302, '', { location: `${workspace.url}/?redir=/files/${id}` });
  else if (!file?.shared) respond(response, 404, 'file_not_found');
  else response.writeHead(200, { 'content-type': file.mimetype }).end(file.content);
}
