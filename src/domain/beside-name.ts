/** PostgreSQL cuts names behind this many bytes. */
const MOST_BYTES = 63;

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
  const stamp = at.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '').toLowerCase();
  const tail = `_${what}_${stamp}${behind}`;
  return firstBytes(database, MOST_BYTES - Buffer.byteLength(tail)) + tail;
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
