import { showBytes } from './bytes.ts';
import type { IndexFacts } from './database-facts.ts';
import { type Finding, fine, orFine } from './database-finding.ts';

/** Each index that another one makes needless, with that one. Of two that are the same, the older or the needed one stays. */
export function duplicates(indexes: readonly IndexFacts[]): Map<IndexFacts, IndexFacts> {
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

/** Each spare one as a finding. */
export function duplicateFindings(spare: ReadonlyMap<IndexFacts, IndexFacts>): readonly Finding[] {
  const found = [...spare].map(
    ([{ name, sql, bytes, keys, included }, other]): Finding => ({
      topic: 'duplicate indexes',
      severity: 'look',
      what: `The index ${name} ${sameness(keys, included, other)} ${other.name} (${showBytes(bytes)}).`,
      number: bytes,
      unit: 'bytes',
      why: 'Every change keeps up both, and one does the work of both.',
      statement: `DROP INDEX CONCURRENTLY ${sql};`,
    }),
  );
  return orFine(found, fine('duplicate indexes', 'No index does another’s work.'));
}

function sameness(keys: readonly string[], included: readonly string[], other: IndexFacts): string {
  if (keys.length < other.keys.length) return 'is only the beginning of';
  return included.length === other.included.length ? 'is the same as' : 'does nothing that is not done by';
}
