import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/** What stands in for the platform's own services in the demo, so that its health can be looked at. */
export type Services = { gatewayUrl: string; frontendUrl: string; close(): Promise<void> };

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>CapaCity Planner</title></head>
<body><p>Here the platform’s front end would be.</p></body></html>
`;

/** Starts a gateway, whose health is that of the database, and a front end. */
export async function startServices(database: string): Promise<Services> {
  const gateway = await serve(async (request, response) => {
    if (request.url !== '/health') return void response.writeHead(404).end();
    const connected = await answers(database);
    const health = {
      status: connected ? 'ok' : 'degraded',
      environment: 'demo',
      version: '2.1.0',
      database: connected ? 'connected' : 'disconnected',
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(health));
  });
  const frontend = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
  });
  const close = async () => {
    await Promise.all([gateway.close(), frontend.close()]);
  };
  return { gatewayUrl: gateway.url, frontendUrl: frontend.url, close };
}

async function answers(database: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: database, connectionTimeoutMillis: 1000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function serve(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
