import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_BYTES = 16 * 2 ** 20;

/**
 * Counts bytes that went by and has their buffers freed every 16 MiB, in about a millisecond. Left to itself, V8 lets 64 MB
 * of buffers that nobody needs pile up before it looks.
 */
export function freeAsItGoes(): (bytes: number) => void {
  let since = 0;
  return (bytes) => {
    since += bytes;
    if (since < EVERY_BYTES) return;
    since = 0;
    collectGarbage();
  };
}

/**
 * Frees the buffers that nobody needs and that are young, in about a millisecond. Where there are more than `mostBytes`
 * then, those have grown old: all are looked at, which takes some tens of milliseconds.
 */
export function collectGarbage(mostBytes = Number.POSITIVE_INFINITY): void {
  collector()({ type: 'minor' });
  if (process.memoryUsage().arrayBuffers > mostBytes) collector()({ type: 'major', execution: 'sync' });
}

/** Behind the start's last work. */
const START_IS_OVER_MS = 1_000;

/**
 * Gives back what only the start needed, a quarter of the memory, which V8 would keep for good in a process that has
 * little to do. Takes a tenth of a second, once, soon after the call.
 */
export function giveBackAfterStart(): void {
  setTimeout(() => collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' }), START_IS_OVER_MS).unref();
}

interface Collection {
  readonly type: 'minor' | 'major';
  readonly execution?: 'sync';
  readonly flavor?: 'last-resort';
}

let gc: ((collection: Collection) => void) | undefined;

/** V8's own, which Node does not hand out. */
function collector(): (collection: Collection) => void {
  if (gc) return gc;
  setFlagsFromString('--expose-gc');
  gc = runInNewContext('gc') as (collection: Collection) => void;
  return gc;
}
