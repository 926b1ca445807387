import { Client } from 'pg';
import { likeLibpq } from './databases.ts';

const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
const CHECKS_CLIENTS = 140_000;
const LIMITS_TRANSACTIONS = 170_000;

/** One connection whose statements may take as long as they need, and which sees all rows or fails. */
export interface PgSession {
  readonly client: Client;
  /** Rejects when the connection breaks; never resolves. */
  readonly broken: Promise<never>;
  /** Breaks it off at once. A statement that still runs is given up by the server within 2 s from PostgreSQL 14 on. */
  end(): void;
}

/** Rejects when the database cannot be reached, as its driver says it. */
export async function openPgSession(url: string, { lockWaitMs = 0 } = {}): Promise<PgSession> {
  const client = new Client({
    connectionString: likeLibpq(url),
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'capops',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  client.on('error', reject);
  const end = () => streamOf(client).destroy();
  try {
    await client.connect();
    await client.query(rules(lockWaitMs, await versionOf(client)));
  } catch (error) {
    end();
    throw error;
  }
  return { client, broken, end };
}

/** The server's version as one number: 15.18 is 150018. */
async function versionOf(client: Client): Promise<number> {
  const { rows } = await client.query("SELECT current_setting('server_version_num')::int AS version");
  return rows[0].version;
}

function rules(lockWaitMs: number, version: number): string {
  return [
    `SET statement_timeout = 0; SET lock_timeout = ${Math.round(lockWaitMs)}; SET row_security = off`,
    'SET idle_in_transaction_session_timeout = 0',
    ...(version >= CHECKS_CLIENTS ? ["SET idle_session_timeout = 0; SET client_connection_check_interval = '2s'"] : []),
    ...(version >= LIMITS_TRANSACTIONS ? ['SET transaction_timeout = 0'] : []),
  ].join('; ');
}

function streamOf(client: Client): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
}
