import type { TLSSocket } from 'node:tls';
import type { DatabaseSight, Look } from '../ports.ts';
import { openOwnConnection } from './own-connection.ts';
import { certificateEnds } from './probe-http.ts';

// What a monitoring role may not see comes as null; a standby knows of what it has replayed.
const FACTS = `
  SELECT current_setting('server_version') AS version,
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::int AS "mostConnections",
    pg_is_in_recovery() AS "isStandby",
    CASE WHEN NOT pg_is_in_recovery() THEN NULL
      WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
      ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) * 1000 END::float AS "standbyLagMs",
    (SELECT coalesce(json_agg(json_build_object('state', coalesce(state, 'not shown'),
      'lagMs', (extract(epoch FROM replay_lag) * 1000)::float)), '[]') FROM pg_stat_replication) AS replicas`;

/** Logs in on a connection of its own, and asks one thing. Rejects with what the driver says. */
export async function lookAtPostgres(url: string, { signal, isVerbose }: Look): Promise<DatabaseSight> {
  const { client, stream, end } = openOwnConnection(url, signal, 'capops health');
  try {
    await client.connect();
    const { rows } = await client.query(isVerbose ? FACTS : 'SELECT 1');
    const ends = certificateEnds(stream() as TLSSocket);
    return { ...(ends ? { certificateEnds: ends } : {}), ...(isVerbose ? { facts: factsOf(rows[0]) } : {}) };
  } finally {
    end();
  }
}

function factsOf(row: Record<string, unknown> & { isStandby: boolean; standbyLagMs: number | null }) {
  const { isStandby, standbyLagMs, ...facts } = row;
  return { ...facts, ...(isStandby ? { standbyLagMs } : {}) } as NonNullable<DatabaseSight['facts']>;
}
