import type { Knex } from 'knex';
import type { Read, StatementFacts, StatementsFacts } from '../domain/database-facts.ts';
import { withoutValues } from '../domain/statement-text.ts';
import { numbers, readSection, rowsOf } from './database-section.ts';

const SHOWN = 10;
const TO_HAVE_THEM =
  'To have them counted, add pg_stat_statements to the server’s setting shared_preload_libraries, restart it, and run: CREATE EXTENSION pg_stat_statements;';
/** SQLSTATE 55000: the view is there, and says that its library is not loaded. */
const NOT_LOADED = { '55000': `pg_stat_statements is there, but not loaded. ${TO_HAVE_THEM}` };
const NOT_THERE = `The slowest statements are not known: pg_stat_statements is not there. ${TO_HAVE_THEM}`;

// The extension's own view, in whichever schema it stands; others may have one of that name. Its columns depend on its version.
const WHERE = `
  SELECT format('%I.%I', n.nspname, c.relname) AS view, format('%I.pg_stat_statements_info', n.nspname) AS info,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'total_exec_time') AS "isNew",
    EXISTS (SELECT FROM pg_class i WHERE i.relnamespace = n.oid AND i.relname = 'pg_stat_statements_info') AS "hasInfo",
    has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS "isReadable",
    format('GRANT USAGE ON SCHEMA %I TO %I;', n.nspname, current_user) AS granting
  FROM pg_extension e
  JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
  JOIN pg_class c ON c.oid = d.objid AND c.relname = 'pg_stat_statements'
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE e.extname = 'pg_stat_statements'`;

interface Found {
  readonly view: string;
  readonly info: string;
  readonly isNew: boolean;
  readonly hasInfo: boolean;
  readonly isReadable: boolean;
  /** What an administrator would run. */
  readonly granting: string;
}

/** Comes with every transaction and connection, and says nothing. */
const HOUSEKEEPING =
  '^[[:space:]]*(begin|start|commit|rollback|savepoint|release|set|reset|show|discard|deallocate)\\M';

const best = (view: string, time: string, order: string) => `
  SELECT min(query) AS statement, sum(calls) AS calls, sum(${time}) AS "totalMs", sum(rows) AS rows,
    sum(${time}) / nullif((SELECT sum(${time}) FROM ${view} WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())), 0) AS share
  FROM ${view}
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query IS NOT NULL AND query <> '<insufficient privilege>'
    AND query !~* '${HOUSEKEEPING}'
  GROUP BY queryid ORDER BY ${order} DESC LIMIT ${SHOWN}`;

/** The statements of this database that took most time in all, and those that came most often. */
export async function readStatements(platform: Knex): Promise<Read<StatementsFacts>> {
  const read = await readSection(
    platform,
    'The slowest statements',
    async (reading) => {
      const [found] = await rowsOf<Found>(reading, WHERE);
      if (!found) return NOT_THERE;
      if (!found.isReadable) return `The slowest statements are not known. Let an administrator run: ${found.granting}`;
      return statementsIn(reading, found);
    },
    NOT_LOADED,
  );
  if ('unread' in read) return read;
  return typeof read.facts === 'string' ? { unread: read.facts } : { facts: read.facts };
}

async function statementsIn(reading: Knex.Transaction, found: Found): Promise<StatementsFacts> {
  const { view, info, isNew, hasInfo } = found;
  const time = isNew ? 'total_exec_time' : 'total_time';
  const slowest = await rowsOf<StatementFacts>(reading, best(view, time, `sum(${time})`));
  const mostFrequent = await rowsOf<StatementFacts>(reading, best(view, time, 'sum(calls)'));
  const [since] = hasInfo ? await rowsOf<{ at: Date }>(reading, `SELECT stats_reset AS at FROM ${info}`) : [];
  return {
    ...(since ? { countingSince: since.at } : {}),
    slowest: slowest.map(factsOf),
    mostFrequent: mostFrequent.map(factsOf),
  };
}

function factsOf(row: StatementFacts): StatementFacts {
  return { ...numbers(row, 'calls', 'totalMs', 'rows', 'share'), statement: withoutValues(row.statement) };
}
