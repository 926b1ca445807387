import { statfs } from 'node:fs/promises';
import type { Client } from 'pg';
import { sessionsBehind } from '../domain/lock-tree.ts';
import { withoutValues } from '../domain/statement-text.ts';
import type { ActivitySight, ConnectionsSight, LockWait, ServerSight, SessionSight, SizeSight } from '../ports.ts';

const STATEMENT = 120;
/** A transaction that has been open for so long is worth knowing. */
const OPEN_SECONDS = 60;

const SERVER = `
  SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS "isStandby",
    coalesce((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), false) AS "isSuperuser",
    current_setting('transaction_read_only') = 'on' AS "isReadOnly",
    (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only') AS "readOnlyFrom"`;

// Without the right to see others' sessions those have no kind.
const CLIENTS = `(backend_type = 'client backend' OR (backend_type IS NULL AND datname IS NOT NULL))`;

const CONNECTIONS = `
  SELECT current_setting('max_connections')::int AS most,
    current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
    (SELECT count(*)::int FROM pg_stat_activity WHERE ${CLIENTS} AND pid <> pg_backend_pid()) AS used`;

const HOLDERS = `
  SELECT coalesce(usename, '') AS user, coalesce(application_name, '') AS application, coalesce(state, 'not shown') AS state,
    count(*)::int, max(extract(epoch FROM clock_timestamp() - state_change))::float8 AS "longestSeconds"
  FROM pg_stat_activity WHERE ${CLIENTS} AND pid <> pg_backend_pid()
  GROUP BY 1, 2, 3 ORDER BY 4 DESC, 5 DESC NULLS LAST, 1, 2, 3 LIMIT 20`;

// As JSON, because the moment at which it began is not there before PostgreSQL 14.
const WAITS = `
  SELECT DISTINCT ON (l.pid) l.pid, pg_blocking_pids(l.pid) AS "blockedBy", l.mode,
    extract(epoch FROM clock_timestamp() - (to_jsonb(l) ->> 'waitstart')::timestamptz)::float8 AS seconds,
    CASE WHEN l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) THEN l.relation::regclass::text END AS table
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE NOT l.granted AND a.datname = current_database() ORDER BY l.pid LIMIT 300`;

const SESSION = `
  SELECT pid, coalesce(backend_start::text, '') AS started, coalesce(usename, '') AS user,
    coalesce(application_name, '') AS application, coalesce(state, 'not shown') AS state, coalesce(backend_type, '') AS kind,
    coalesce(datname = current_database(), false) AS "isHere", coalesce(usename = session_user AND application_name ~ '^capops', false) AS "isOurs",
    coalesce(query, '') AS statement, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS "transactionSeconds",
    extract(epoch FROM clock_timestamp() - state_change)::float8 AS "stateSeconds"
  FROM pg_stat_activity`;

const SESSIONS = `${SESSION}
  WHERE pid = ANY ($1) OR (datname = current_database() AND pid <> pg_backend_pid()
    AND (backend_type IS NULL OR backend_type = 'client backend') AND clock_timestamp() - xact_start > make_interval(secs => $2))
  ORDER BY xact_start NULLS LAST LIMIT 300`;

const ONE_SESSION = `${SESSION} WHERE pid = $1 AND pid <> pg_backend_pid()`;

const SIZE = `SELECT pg_database_size(current_database())::float8 AS "databaseBytes",
  (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS folder`;

/** Times as texts that name one moment whatever the server is set to; no question takes longer than that. */
export async function settle(client: Client, statementMs: number): Promise<void> {
  await client.query(
    `SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET statement_timeout = ${statementMs}; SET lock_timeout = ${statementMs}`,
  );
}

export async function askServer(client: Client): Promise<ServerSight> {
  return (await client.query<ServerSight>(SERVER)).rows[0] as ServerSight;
}

export async function askConnections(client: Client): Promise<ConnectionsSight> {
  const [row] = (await client.query(CONNECTIONS)).rows;
  return { ...row, holders: (await client.query(HOLDERS)).rows };
}

export async function askActivity(client: Client): Promise<ActivitySight> {
  const { rows: waits } = await client.query<LockWait>(WAITS);
  const pids = new Set(waits.flatMap(({ pid, blockedBy }) => [pid, ...blockedBy]));
  const { rows } = await client.query<SessionSight>(SESSIONS, [[...pids], OPEN_SECONDS]);
  return { waits, sessions: rows.map(shown) };
}

/** With how many wait for it, directly or behind others. */
export async function askSession(
  client: Client,
  pid: number,
): Promise<(SessionSight & { readonly blocks: number }) | undefined> {
  const [row] = (await client.query<SessionSight>(ONE_SESSION, [pid])).rows;
  if (!row) return undefined;
  const { rows: waits } = await client.query<LockWait>(WAITS);
  return { ...shown(row), blocks: sessionsBehind(pid, waits).size };
}

export async function askSize(client: Client, isHere: boolean): Promise<SizeSight> {
  const { databaseBytes, folder } = (await client.query(SIZE)).rows[0];
  // In a container it is another disk than here: then there is no such folder.
  const disk = isHere && folder !== null ? await statfs(folder).catch(() => undefined) : undefined;
  if (!disk) return { databaseBytes };
  const { bavail, blocks, bsize } = disk;
  return { databaseBytes, disk: { freeBytes: bavail * bsize, totalBytes: blocks * bsize } };
}

function shown(session: SessionSight): SessionSight {
  return { ...session, statement: withoutValues(session.statement, STATEMENT) };
}
