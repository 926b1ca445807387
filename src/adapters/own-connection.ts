import type { Socket } from 'node:net';
import { Client } from 'pg';
import { likeLibpq } from './databases.ts';

const GOODBYE_MS = 500;

/** A connection that belongs to one look and breaks off when the look’s signal aborts. */
export interface OwnConnection {
  readonly client: Client;
  readonly stream: () => Socket;
  /** Nobody waits for it; a server that does not listen is left. */
  end(): void;
}

/** Not connected yet. */
export function openOwnConnection(url: string, signal: AbortSignal, application: string): OwnConnection {
  const client = new Client({ connectionString: likeLibpq(url), application_name: application });
  client.on('error', () => undefined);
  const stream = () => (client as unknown as { connection: { stream: Socket } }).connection.stream;
  const breakOff = () => stream().destroy();
  signal.addEventListener('abort', breakOff, { once: true });
  return {
    client,
    stream,
    end: () => {
      signal.removeEventListener('abort', breakOff);
      const timer = setTimeout(breakOff, GOODBYE_MS);
      stream().once('close', () => clearTimeout(timer));
      client.end().catch(breakOff);
      if (stream().destroyed) clearTimeout(timer);
    },
  };
}
