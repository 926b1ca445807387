import { createHash } from 'node:crypto';
import { freeAsItGoes } from './flat-memory.ts';

/** What went through, once the content has ended. */
export interface Measure {
  readonly bytes: number;
  readonly sha256: string;
}

/** Content on its way into a storage, counted and hashed as it passes. */
export interface MeasuredContent {
  /** To be read once. Rejects as the content does, and at once when the signal aborts. */
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  /** Undefined until the content has ended by itself: then all of it has passed. */
  measure(): Measure | undefined;
  /** Why it broke off; undefined while it has not. */
  failure(): { readonly reason: unknown } | undefined;
  /** Tells content that nobody has begun to read that nobody will, so that what stands behind it can end. */
  close(): void;
}

interface Options {
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

export function measured(content: AsyncIterable<Uint8Array>, { signal, progress }: Options): MeasuredContent {
  const hash = createHash('sha256');
  const free = freeAsItGoes();
  let bytes = 0;
  let measure: Measure | undefined;
  let failure: { reason: unknown } | undefined;
  let hasBegun = false;
  async function* pass(): AsyncGenerator<Uint8Array, void, undefined> {
    hasBegun = true;
    try {
      for await (const chunk of untilAborted(content, signal)) {
        if (chunk.byteLength === 0) continue;
        hash.update(chunk);
        bytes += chunk.byteLength;
        yield chunk;
        progress?.(bytes);
        free(chunk.byteLength);
      }
      measure = { bytes, sha256: hash.digest('hex') };
    } catch (error) {
      failure = { reason: error };
      throw error;
    }
  }
  const close = () => {
    if (!hasBegun) closeLater(content[Symbol.asyncIterator]());
    hasBegun = true;
  };
  return { chunks: pass(), measure: () => measure, failure: () => failure, close };
}

/** A generator that is stuck in its work would not hear of its end before the work is over: nobody waits for that. */
function closeLater(reader: AsyncIterator<Uint8Array>): void {
  reader.return?.().catch(() => undefined);
}

/** Not by Promise.race with one promise for the abort: that would hold every chunk until the end. */
async function* untilAborted(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = content[Symbol.asyncIterator]();
  let refuse: (reason: unknown) => void = () => undefined;
  const abort = () => refuse(signal?.reason);
  signal?.addEventListener('abort', abort);
  let hasEnded = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next = Promise.withResolvers<IteratorResult<Uint8Array>>();
      refuse = next.reject;
      reader.next().then(next.resolve, next.reject);
      const { done, value } = await next.promise;
      hasEnded = done === true;
      if (hasEnded) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    if (!hasEnded) closeLater(reader);
  }
}
