import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import { Client, DatabaseError, types } from 'pg';

/** How long one statement and one wait for a lock may take, in ms; 0: without end. */
export interface Limits {
  readonly statementMs: number;
  readonly lockMs: number;
}

/** A connection, its set-up and the wait for a free one fail after this. */
export const CONNECT_MS = 2000;
const PROBE_MS = 900;
/** So long a statement may say nothing before the server is asked, on the side, whether it is still there. */
const WATCH_MS = 800;
const FRESH_MS = 1000;
const IDLE_IN_TRANSACTION_MS = 60_000;
const WITHOUT_ZONE = 1114;
const ARRAY_WITHOUT_ZONE = 1115;
const TEXT_ARRAY: number = 1009;

/** Reads `timestamp` columns as UTC, for the connections that are given it. */
export const utcTypes: Knex.PgCustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (format === 'binary') return types.getTypeParser(oid, 'binary');
    if (oid === WITHOUT_ZONE) return readUtc;
    if (oid === ARRAY_WITHOUT_ZONE) return readUtcArray;
    return types.getTypeParser(oid, 'text');
  },
};

function readUtc(text: string): unknown {
  const withZone = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text');
  return withZone(text.endsWith('infinity') ? text : `${text}+00`);
}

function readUtcArray(text: string): unknown[] {
  const texts: (string | null)[] = types.getTypeParser(TEXT_ARRAY, 'text')(text);
  return texts.map((entry) => entry && readUtc(entry));
}

/**
 * What a pool does with its connections. `greet` sets up a new one; `isAlive` says whether an idle one still answers.
 * While a statement runs and nothing comes, the server at `address` is asked on a connection of its own: one that
 * works takes its time, one that is gone is noticed within 2 s and its connection broken.
 */
export function sessionRules(
  { statementMs, lockMs }: Limits,
  address: () => string,
): {
  greet(client: Client): Promise<void>;
  isAlive(client: Client): Promise<boolean>;
} {
  const lastUsed = new WeakMap<Client, number>();
  const rules = `SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET statement_timeout = ${statementMs}; SET lock_timeout = ${lockMs};
    SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
  const ask = async (client: Client, sql: string, withinMs: number) => {
    onSilence(client, withinMs, () => breakOff(client));
    await client.query(sql);
    watch(client, address);
    lastUsed.set(client, performance.now());
  };
  return {
    greet: (client) => ask(client, rules, CONNECT_MS),
    isAlive: async (client) => {
      const unusedMs = performance.now() - (lastUsed.get(client) ?? 0);
      if (unusedMs > FRESH_MS) await ask(client, 'SELECT 1', PROBE_MS);
      return true;
    },
  };
}

/** A silent connection that waits for an answer lives as long as its server does. */
function watch(client: Client, address: () => string): void {
  onSilence(client, WATCH_MS, async () => {
    if ((client as unknown as { readyForQuery: boolean }).readyForQuery) return;
    if (await serverAnswers(address())) watch(client, address);
    else breakOff(client);
  });
}

/** Whether the server says anything at all to a new connection; a refusal, such as too many clients, is an answer. */
async function serverAnswers(connectionString: string): Promise<boolean> {
  const probe = new Client({ connectionString, connectionTimeoutMillis: PROBE_MS, application_name: 'capops watch' });
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    await probe.end();
    return true;
  } catch (error) {
    return error instanceof DatabaseError;
  }
}

function onSilence(client: Client, ms: number, act: () => void): void {
  const stream = streamOf(client);
  stream.removeAllListeners('timeout');
  stream.setTimeout(ms, act);
}

function breakOff(client: Client): void {
  streamOf(client).destroy(Object.assign(new Error('The database fell silent'), { code: 'ETIMEDOUT' }));
}

function streamOf(client: Client): Socket {
  return (client.connection as unknown as { stream: Socket }).stream;
}
