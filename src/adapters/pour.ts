import type { Writable } from 'node:stream';

/** Resolves when there is room again, or nobody listens any more. */
export async function pour(entry: Writable, chunk: Uint8Array): Promise<void> {
  if (entry.destroyed || entry.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      entry.off('drain', go).off('close', go);
      resolve();
    };
    entry.once('drain', go).once('close', go);
    if (entry.destroyed) go();
  });
}
