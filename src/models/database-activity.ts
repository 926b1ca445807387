import type { Knex } from 'knex';
import type { Activity, LongTransaction } from '../domain/database-facts.ts';
import { withoutValues } from '../domain/statement-text.ts';
import { numbers, rowsOf } from './database-section.ts';

// What is kept for superusers and, from 16 on, for others is not for the platform.
const LIMIT = `
  SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0) AS limit`;

// Without the right to see others' connections, those have neither a state nor a kind.
const STATES = `
  SELECT CASE WHEN backend_type IS NULL THEN 'not shown' ELSE coalesce(state, 'other') END AS state, count(*)
  FROM pg_stat_activity WHERE backend_type = 'client backend' OR (backend_type IS NULL AND datname IS NOT NULL)
  GROUP BY 1 ORDER BY 2 DESC, 1`;

// Whoever ends one later must not meet another that has its number by then.
const TRANSACTIONS = `
  SELECT pid, coalesce(usename, '') AS user, application_name AS program, coalesce(state, '') AS state, query,
    extract(epoch FROM clock_timestamp() - xact_start)::float8 AS "ageSeconds",
    CASE WHEN state LIKE 'idle in transaction%' THEN extract(epoch FROM clock_timestamp() - state_change)::float8 END AS "idleSeconds",
    format('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start = %L;', pid, backend_start) AS ending
  FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND clock_timestamp() - xact_start > make_interval(secs => :longer)
  UNION ALL
  SELECT NULL, owner, '', 'prepared', '', extract(epoch FROM clock_timestamp() - prepared)::float8, NULL,
    format('ROLLBACK PREPARED %L;', gid)
  FROM pg_prepared_xacts
  WHERE database = current_database() AND clock_timestamp() - prepared > make_interval(secs => :longer)
  ORDER BY "ageSeconds" DESC`;

type Row = Omit<LongTransaction, 'pid' | 'idleSeconds' | 'statement'> & {
  pid: number | null;
  idleSeconds: number | null;
  query: string;
};

/** Who is connected, and which transactions of this database have lasted longer than so many seconds. */
export async function readActivity(reading: Knex.Transaction, longerThanSeconds: number): Promise<Activity> {
  const [{ limit } = { limit: 0 }] = await rowsOf<{ limit: number }>(reading, LIMIT);
  const states = await rowsOf<{ state: string; count: string }>(reading, STATES);
  const { rows } = await reading.raw<{ rows: Row[] }>(TRANSACTIONS, { longer: longerThanSeconds });
  return {
    limit,
    byState: Object.fromEntries(states.map(({ state, count }) => [state, Number(count)])),
    transactions: rows.map(({ pid, idleSeconds, query, ...row }) => ({
      ...numbers(row, 'ageSeconds'),
      ...(pid === null ? {} : { pid }),
      ...(idleSeconds === null ? {} : { idleSeconds }),
      statement: withoutValues(query),
    })),
  };
}
