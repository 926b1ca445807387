import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_BYTES = 16 * 2 ** 20;

/**
 * Counts bytes that went by and has their buffers freed every 16 MiB, in about a millisecond. Left to itself, V8 lets 64 MB
 * of buffers that nobody needs pile up before it looks.
 */
export function freeAsItGoes(): (bytes: number) => void {
  setFlagsFromString('--expose-gc');
  const gc: (options: { type: 'minor' }) => void = runInNewContext('gc');
  let since = 0;
  return (bytes) => {
    since += bytes;
    if (since < EVERY_BYTES) return;
    since = 0;
    gc({ type: 'minor' });
  };
}
