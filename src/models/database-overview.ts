import type { Knex } from 'knex';
import type { DatabaseOverview } from '../domain/database-facts.ts';
import { numbers, rowsOf } from './database-section.ts';

const OVERVIEW = `
  SELECT current_database() AS database, split_part(current_setting('server_version'), ' ', 1) AS version,
    pg_database_size(current_database()) AS bytes, pg_is_in_recovery() AS "isStandby",
    s.stats_reset AS "countingSince", s.blks_hit AS "blocksHit", s.blks_read AS "blocksRead",
    s.deadlocks, s.temp_bytes AS "temporaryBytes", current_setting('autovacuum')::boolean AS "isAutovacuumOn",
    current_setting('autovacuum_freeze_max_age')::bigint AS "freezeMaxAge",
    CASE WHEN NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
      THEN format('GRANT pg_read_all_stats TO %I;', current_user) END AS "lacksRight"
  FROM pg_stat_database s WHERE s.datname = current_database()`;

/** All of the server's: when one runs out, all of them stop. */
const AGES = `
  SELECT datname AS database, age(datfrozenxid) AS age, mxid_age(datminmxid) AS "rowLockAge" FROM pg_database ORDER BY 2 DESC`;

type Ages = DatabaseOverview['transactionAges'];
type Row = Omit<DatabaseOverview, 'transactionAges' | 'countingSince' | 'lacksRight'> & {
  countingSince: Date | null;
  lacksRight: string | null;
};

export async function readOverview(reading: Knex.Transaction): Promise<DatabaseOverview> {
  const [row] = await rowsOf<Row>(reading, OVERVIEW);
  if (!row) throw new Error('pg_stat_database has no row for the present database');
  const { countingSince, lacksRight, ...others } = row;
  const transactionAges = (await rowsOf<Ages[number]>(reading, AGES)).map((ages) => numbers(ages, 'age', 'rowLockAge'));
  return {
    ...numbers(others, 'bytes', 'blocksHit', 'blocksRead', 'deadlocks', 'temporaryBytes', 'freezeMaxAge'),
    ...(countingSince ? { countingSince } : {}),
    ...(lacksRight ? { lacksRight } : {}),
    transactionAges,
  };
}
