import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { UserError } from '../errors.ts';
import type { Switched } from '../ports/switching.ts';
import { openAdminSession } from './pg-admin-session.ts';
import { OID_OF, type Swap, swapDatabases } from './pg-swap.ts';

const IN_USE = '55006';
const TAKEN = '42P04';
/** A server that was killed is back within moments, or is not for long. */
const ASK_FOR_MS = 10_000;
const ASK_EVERY_MS = 100;

const IS_THERE = 'SELECT FROM pg_stat_activity WHERE pid = $1';

/**
 * The switch, in two sessions of its own. Where its answer is lost, the server is asked what became of it: it resolves when it
 * took place, and rejects when it did not, or when nobody can say.
 */
export async function switchDatabases(url: string, swap: Swap): Promise<Switched> {
  const { live, incoming, outgoing } = swap;
  const open = () => openAdminSession(url, [live, incoming, outgoing ?? live]);
  const ender = await open();
  try {
    const renamer = await open();
    const began = performance.now();
    const oid = await oidOf(renamer.client, incoming);
    const pid = (renamer.client as Client & { readonly processID?: number }).processID ?? null;
    try {
      return await swapDatabases({ ender: ender.client, renamer: renamer.client }, swap);
    } catch (error) {
      if (error instanceof UserError) throw error;
      if ((error as { code?: string }).code === IN_USE) throw inUse(live, error as Error);
      renamer.end();
      if (oid === undefined || !(await tookPlace(open, { live, oid, pid }))) throw error;
      return { unavailableMs: performance.now() - began, endedSessions: 0 };
    } finally {
      renamer.end();
    }
  } finally {
    ender.end();
  }
}

/** Where there is no live one: the other takes its name. */
export async function installDatabase(url: string, { live, incoming }: Pick<Swap, 'live' | 'incoming'>): Promise<void> {
  try {
    await switchDatabases(url, { live, incoming, outgoing: undefined });
  } catch (error) {
    if ((error as { code?: string }).code !== TAKEN) throw error;
    throw new UserError(`Somebody has made a database ${live} meanwhile. It was left as it is.`);
  }
}

/** Whether the other database has the live one's name, once nothing of the switch is under way any more. */
async function tookPlace(
  open: () => ReturnType<typeof openAdminSession>,
  { live, oid, pid }: { readonly live: string; readonly oid: string; readonly pid: number | null },
): Promise<boolean> {
  for (const until = performance.now() + ASK_FOR_MS; performance.now() < until; await sleep(ASK_EVERY_MS)) {
    const session = await open().catch(() => undefined);
    if (!session) continue;
    try {
      if ((await session.client.query(IS_THERE, [pid])).rowCount === 0)
        return (await oidOf(session.client, live)) === oid;
    } catch {
      // It went down once more.
    } finally {
      session.end();
    }
  }
  return false;
}

async function oidOf(client: Client, name: string): Promise<string | undefined> {
  return (await client.query<{ oid: string }>(OID_OF, [name])).rows[0]?.oid;
}

function inUse(live: string, error: Error): UserError {
  return new UserError(
    `${live} could not be switched within 5 seconds, because sessions on it did not end (${error.message}). Nothing was changed.`,
  );
}
