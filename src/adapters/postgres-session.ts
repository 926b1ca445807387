import type { Knex } from 'knex';
import { type Client, types } from 'pg';

/** How long one statement and one wait for a lock may take, in ms; 0: without end. */
export interface Limits {
  readonly statementMs: number;
  readonly lockMs: number;
}

/** A connection, its set-up and the wait for a free one fail after this. */
export const CONNECT_MS = 2000;
const PROBE_MS = 900;
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
 * What a pool does with its connections. `greet` sets up a new one; `isAlive` says whether an idle one still answers, so
 * that a server that went silent is noticed before a query waits for it.
 */
export function sessionRules({ statementMs, lockMs }: Limits): {
  greet(client: Client): Promise<void>;
  isAlive(client: Client): Promise<boolean>;
} {
  const lastUsed = new WeakMap<Client, number>();
  const settings = `SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET statement_timeout = ${statementMs}; SET lock_timeout = ${lockMs};
    SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
  // Longer than any statement may take: the server is silent because it is gone.
  const silenceMs = statementMs === 0 ? 0 : statementMs + 5000;
  const ask = async (client: Client, sql: string, withinMs: number) => {
    limitSilence(client, withinMs);
    await client.query(sql);
    limitSilence(client, silenceMs);
    lastUsed.set(client, performance.now());
  };
  return {
    greet: (client) => ask(client, settings, CONNECT_MS),
    isAlive: async (client) => {
      const unusedMs = performance.now() - (lastUsed.get(client) ?? 0);
      if (unusedMs > FRESH_MS) await ask(client, 'SELECT 1', PROBE_MS);
      return true;
    },
  };
}

/** Breaks the connection when nothing came or went for so long; 0: never. */
function limitSilence(client: Client, ms: number): void {
  const { stream } = client.connection as unknown as { stream: import('node:net').Socket };
  stream.removeAllListeners('timeout');
  stream.setTimeout(ms, () => {
    const error = new Error(`The database was silent for ${ms / 1000} s`);
    stream.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
}
