import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, escapeIdentifier } from 'pg';
import { UserError } from '../errors.ts';
import type { Switched } from '../ports/switching.ts';

/** PostgreSQL waits 5 s for the sessions to go; they are asked this often. */
const ASK_EVERY_MS = 20;

// One that may not be ended would fail it for all. PostgreSQL itself ends those that vacuum.
const END_SESSIONS = `
  SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS ended
  FROM pg_stat_activity JOIN pg_roles me ON me.rolname = current_user LEFT JOIN pg_roles they ON they.oid = usesysid
  WHERE datname = ANY ($1) AND pid <> pg_backend_pid()
    AND (me.rolsuper OR (NOT they.rolsuper AND (pg_has_role(they.oid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))))`;

export const OID_OF = 'SELECT oid::int8::text AS oid FROM pg_database WHERE datname = $1';

export interface Swap {
  readonly live: string;
  readonly incoming: string;
  /** Undefined: there is no live one. */
  readonly outgoing: string | undefined;
  /** What the live one has to be. */
  readonly liveOid?: number | undefined;
}

/**
 * Both renames in one transaction of one session, while another ends the sessions that stand against them. Whoever connects
 * meanwhile waits for the transaction, so nobody has to be locked out first, and a kill of either leaves nothing behind.
 */
export async function swapDatabases(
  { renamer, ender }: { readonly renamer: Client; readonly ender: Client },
  { live, incoming, outgoing, liveOid }: Swap,
): Promise<Switched> {
  const began = performance.now();
  const ending = beginEnding(ender, [live, incoming]);
  try {
    await renamer.query('BEGIN');
    if (outgoing !== undefined) {
      await renamer.query(rename(live, outgoing));
      const { rows } = await renamer.query(OID_OF, [outgoing]);
      if (liveOid !== undefined && rows[0]?.oid !== String(liveOid)) throw replaced(live);
    }
    await renamer.query(rename(incoming, live));
    await renamer.query('COMMIT');
  } catch (error) {
    await renamer.query('ROLLBACK').catch(() => undefined);
    await ending.stop();
    throw (await ending.fault) ?? error;
  }
  const unavailableMs = performance.now() - began;
  return { unavailableMs, endedSessions: await ending.stop() };
}

function replaced(live: string): UserError {
  return new UserError(`Somebody else has replaced ${live} meanwhile. It was left as it is; ask again.`);
}

function rename(from: string, to: string): string {
  return `ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`;
}

/** Ends sessions on these databases again and again. */
function beginEnding(ender: Client, names: readonly string[]) {
  const over = new AbortController();
  let ended = 0;
  const work = async () => {
    while (!over.signal.aborted) {
      const { rows } = await ender.query(END_SESSIONS, [names]);
      ended += rows[0].ended;
      await sleep(ASK_EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const fault = work().then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    /** Why sessions could not be ended; undefined once it was stopped in order. */
    fault,
    stop: async () => {
      over.abort();
      await fault;
      return ended;
    },
  };
}
