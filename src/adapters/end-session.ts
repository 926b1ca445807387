import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { SessionEnd, SessionSight } from '../ports.ts';
import { askSession, settle } from './examine-questions.ts';
import { openOwnConnection } from './own-connection.ts';

const STATEMENT_MS = 1000;
const GONE_MS = 1500;
const LOOK_EVERY_MS = 50;

// Looked at and ended in one statement: nobody else can get the number in between.
const END = `
  SELECT pg_terminate_backend(pid) AS "isSignalled" FROM pg_stat_activity
  WHERE pid = $1 AND backend_start = $2::timestamptz AND pid <> pg_backend_pid()`;
const STARTED = `SELECT backend_start = $2::timestamptz AS "isSame" FROM pg_stat_activity WHERE pid = $1`;

export function findSession(
  url: string,
  pid: number,
  signal: AbortSignal,
): Promise<(SessionSight & { readonly blocks: number }) | undefined> {
  return connected(url, signal, (client) => askSession(client, pid));
}

/** Resolves once it is gone, or after 1.5 s: one that is being undone needs longer. */
export function endSession(
  url: string,
  { pid, started }: Pick<SessionSight, 'pid' | 'started'>,
  signal: AbortSignal,
): Promise<SessionEnd> {
  const bound = [pid, started];
  return connected(url, signal, async (client) => {
    try {
      const { rows } = await client.query(END, bound);
      if (rows.length === 0) return (await isSame(client, bound)) === undefined ? 'gone' : 'another';
    } catch (error) {
      if ((error as { code?: string }).code === '42501') return 'not allowed';
      throw error;
    }
    const until = performance.now() + GONE_MS;
    while (await isSame(client, bound)) {
      if (performance.now() > until) return 'ending';
      await sleep(LOOK_EVERY_MS);
    }
    return 'ended';
  });
}

/** Undefined: there is no such session. */
async function isSame(client: Client, bound: readonly unknown[]): Promise<boolean | undefined> {
  return (await client.query(STARTED, [...bound])).rows[0]?.isSame;
}

async function connected<T>(url: string, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
  const { client, end } = openOwnConnection(url, signal, 'capops');
  try {
    await client.connect();
    await settle(client, STATEMENT_MS);
    return await work(client);
  } finally {
    end();
  }
}
