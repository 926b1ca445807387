/** PostgreSQL cuts names behind this many bytes. */
const MOST_BYTES = 63;

/** How a schema is called that CapOps has put aside; in JavaScript’s and in PostgreSQL’s regular expressions alike. */
export const ASIDE = '_(before|undone)_[0-9]{8}t[0-9]{6}z$';
/** The same as a pattern of pg_dump’s, which is always of the whole name. */
export const ASIDE_PATTERN = `*${ASIDE.slice(0, -1)}`;

/**
 * The name of a database that stands beside another: `airport_before_20261122t140000z`. Never longer than PostgreSQL allows, with
 * what comes behind it, if anything does.
 */
export function besideName(
  database: string,
  what: 'restore' | 'before' | 'undone' | 'drill',
  at: Date,
  behind = '',
): string {
  const tail = besideTail(what, at) + behind;
  return firstBytes(database, MOST_BYTES - Buffer.byteLength(tail)) + tail;
}

/** What all names end with that stand aside since then: `_before_20261122t140000z`. */
export function besideTail(what: 'restore' | 'before' | 'undone' | 'drill', at: Date): string {
  const stamp = at.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '').toLowerCase();
  return `_${what}_${stamp}`;
}

/** Whether a schema's name says that it stands aside already. */
export function isAside(name: string): boolean {
  return new RegExp(ASIDE).test(name);
}

/** As many whole characters as fit. */
function firstBytes(text: string, most: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > most) break;
    kept += character;
  }
  return kept;
}
