import { showBytes } from './bytes.ts';
import { duplicateFindings, duplicates } from './database-duplicates.ts';
import {
  type DatabaseFacts,
  type DatabaseOverview,
  type ForeignKeyFacts,
  type IndexFacts,
  readOr,
  type TableFacts,
} from './database-facts.ts';
import { type Finding, fine, orFine } from './database-finding.ts';
import { showDate } from './end-date.ts';
import type { Moment } from './moment.ts';

const LARGE_BYTES = 1_000_000;
/** What is asked for once a week should have been asked for by then. */
const LONG_ENOUGH_MS = 7 * 86_400_000;

/** Indexes that are too many, too few or broken. */
export function indexFindings(facts: DatabaseFacts, here: Moment): Finding[] {
  const indexes = readOr(facts.indexes, undefined);
  const keys = readOr(facts.foreignKeys, undefined);
  const missing = keys ? unserved(keys, readOr(facts.tables, [])) : [];
  if (!indexes) return [...missing];
  const spare = duplicates(indexes);
  // One that does another’s work is used once the other is gone.
  const alone = new Set(indexes).difference(new Set([...spare].flat()));
  const overview = readOr(facts.overview, undefined);
  return [...invalid(indexes), ...missing, ...duplicateFindings(spare), ...unused([...alone], overview, here)];
}

function invalid(indexes: readonly IndexFacts[]): readonly Finding[] {
  const found = indexes
    .filter(({ isValid, isBeingMade, isPartitioned }) => !isValid && !isBeingMade && !isPartitioned)
    .map(
      ({ name, sql, table, bytes, isNeeded }): Finding => ({
        topic: 'invalid indexes',
        severity: 'act',
        what: `The index ${name} of ${table.name} was left half made (${showBytes(bytes)}).`,
        number: bytes,
        unit: 'bytes',
        why: 'Every change keeps it up, but no search may use it, and what it should enforce is not enforced.',
        statement: isNeeded ? `REINDEX INDEX CONCURRENTLY ${sql};` : `DROP INDEX CONCURRENTLY ${sql};`,
      }),
    );
  return orFine(found, fine('invalid indexes', 'Every index is whole.'));
}

function unserved(keys: readonly ForeignKeyFacts[], tables: readonly TableFacts[]): readonly Finding[] {
  const sizes = new Map(tables.map(({ sql, heapBytes }) => [sql, heapBytes]));
  const found = keys.flatMap(({ table, to, columns, isPartitioned }): Finding[] => {
    const bytes = sizes.get(table.sql) ?? 0;
    if (bytes < LARGE_BYTES && !isPartitioned) return [];
    const on = `${table.sql} (${columns.map(({ sql }) => sql).join(', ')})`;
    return [
      {
        topic: 'foreign keys',
        severity: 'look',
        what: `${table.name} refers to ${to.name} by ${columns.map(({ name }) => name).join(', ')} without an index (${showBytes(bytes)}).`,
        number: bytes,
        unit: 'bytes',
        why: `Whenever a row of ${to.name} is deleted, all of ${table.name} is read.`,
        statement: `CREATE INDEX ${isPartitioned ? '' : 'CONCURRENTLY '}ON ${on};`,
      },
    ];
  });
  return orFine(found, fine('foreign keys', 'Every foreign key of a large table has its index.'));
}

function unused(
  indexes: readonly IndexFacts[],
  overview: DatabaseOverview | undefined,
  { now, timeZone }: Moment,
): readonly Finding[] {
  const at = overview?.countingSince;
  const isStandby = overview?.isStandby ?? false;
  const since = at ? `since ${showDate(at, timeZone)}` : 'since PostgreSQL began to count';
  if (isStandby || (at && now.getTime() - at.getTime() < LONG_ENOUGH_MS))
    return [
      fine(
        'unused indexes',
        `Too early to tell which indexes are of no use: they are counted ${isStandby ? 'elsewhere' : since}.`,
      ),
    ];
  const found = indexes
    .filter(({ scans, isNeeded, isValid, isPartitioned }) => scans === 0 && !isNeeded && isValid && !isPartitioned)
    .filter(({ bytes }) => bytes > LARGE_BYTES)
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(
      ({ name, sql, bytes }): Finding => ({
        topic: 'unused indexes',
        severity: 'look',
        what: `The index ${name} was not used ${since} (${showBytes(bytes)}).`,
        number: bytes,
        unit: 'bytes',
        why: 'Every change keeps it up for no search, unless it is new, or serves a copy of the database alone.',
        statement: `DROP INDEX CONCURRENTLY ${sql};`,
      }),
    );
  return orFine(found, fine('unused indexes', `Every large index was used ${since}.`));
}
