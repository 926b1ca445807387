import { showBytes } from './bytes.ts';
import {
  type DatabaseFacts,
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
  const overview = readOr(facts.overview, undefined);
  const spare = indexes ? duplicates(indexes) : new Map<IndexFacts, IndexFacts>();
  const since = { at: overview?.countingSince, isStandby: overview?.isStandby ?? false };
  return [
    ...(indexes ? invalid(indexes) : []),
    ...(keys ? unserved(keys, readOr(facts.tables, [])) : []),
    ...(indexes ? doubled(spare) : []),
    ...(indexes
      ? unused(
          indexes.filter((index) => !spare.has(index)),
          since,
          here,
        )
      : []),
  ];
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

/** Each index that another one makes needless, with that one. Of two that are the same, the older or the needed one stays. */
function duplicates(indexes: readonly IndexFacts[]): Map<IndexFacts, IndexFacts> {
  const spare = new Map<IndexFacts, IndexFacts>();
  for (const ofTable of Map.groupBy(indexes, ({ table }) => table.sql).values()) {
    for (const index of ofTable.toReversed()) {
      if (index.isNeeded || index.isPartitioned || !index.isValid) continue;
      const other = ofTable.find(
        (candidate) => candidate !== index && !spare.has(candidate) && covers(candidate, index),
      );
      if (other) spare.set(index, other);
    }
  }
  return spare;
}

/** Whether whatever `index` is good for, `other` is good for as well. */
function covers(other: IndexFacts, index: IndexFacts): boolean {
  if (!other.isValid || other.method !== index.method || other.more !== index.more) return false;
  if (!index.keys.every((key, place) => key === other.keys[place])) return false;
  const isLonger = other.keys.length > index.keys.length;
  // Only a btree is searched by its first columns; an expression is not told from another one by its place alone.
  if (isLonger && (index.method !== 'btree' || index.keys.some(isExpression))) return false;
  const carried = new Set([...other.keys.map(columnOf), ...other.included]);
  return index.included.every((column) => carried.has(column));
}

function columnOf(key: string): string {
  return key.split(' ')[0] ?? '';
}

function isExpression(key: string): boolean {
  return columnOf(key) === '0';
}

function doubled(spare: ReadonlyMap<IndexFacts, IndexFacts>): readonly Finding[] {
  const found = [...spare].map(
    ([{ name, sql, bytes, keys }, other]): Finding => ({
      topic: 'duplicate indexes',
      severity: 'look',
      what:
        keys.length === other.keys.length
          ? `The index ${name} is the same as ${other.name} (${showBytes(bytes)}).`
          : `The index ${name} is only the beginning of ${other.name} (${showBytes(bytes)}).`,
      number: bytes,
      unit: 'bytes',
      why: 'Every change keeps up both, and one does the work of both.',
      statement: `DROP INDEX CONCURRENTLY ${sql};`,
    }),
  );
  return orFine(found, fine('duplicate indexes', 'No index does another’s work.'));
}

function unused(
  indexes: readonly IndexFacts[],
  { at, isStandby }: { at: Date | undefined; isStandby: boolean },
  { now, timeZone }: Moment,
): readonly Finding[] {
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
        why: 'Every change keeps it up, and it takes up room, for no search.',
        statement: `DROP INDEX CONCURRENTLY ${sql};`,
      }),
    );
  return orFine(found, fine('unused indexes', `Every large index was used ${since}.`));
}
