import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { ArchiveCheck, CheckRequest } from '../ports.ts';
import type { ReadingTools } from './archive-line.ts';
import { openArchiveReader } from './archive-reader.ts';
import { freeAsItGoes } from './flat-memory.ts';

/** Reads a backup to its end; see the port. */
export async function checkArchive(
  content: AsyncIterable<Uint8Array>,
  request: CheckRequest,
  tools: ReadingTools,
): Promise<ArchiveCheck> {
  const stored = readStored(content, request);
  try {
    const identities = request.identities ?? [];
    const isLocked = request.isEncrypted && identities.length === 0;
    const read = isLocked ? LOCKED : await readArchive(stored.chunks(), { ...request, identities }, tools);
    await stored.drain();
    return { ...stored.seen(), ...read };
  } finally {
    await stored.close();
  }
}

type Read = Pick<ArchiveCheck, 'proof' | 'lacking' | 'fault'>;

const LOCKED: Read = { proof: 'sha256 only', lacking: 'key', fault: undefined };

async function readArchive(
  chunks: AsyncIterable<Uint8Array>,
  request: CheckRequest & { readonly identities: readonly string[] },
  tools: ReadingTools,
): Promise<Read> {
  const reader = await openArchiveReader(request, tools, request.signal);
  try {
    const archive = request.isEncrypted ? await opened(chunks, request.identities) : chunks;
    for await (const chunk of archive) await reader.write(chunk);
    const fault = await reader.end();
    request.signal?.throwIfAborted();
    if (reader.isThorough()) return { proof: 'read whole', fault };
    return { proof: 'sha256 only', lacking: 'room', fault };
  } catch (error) {
    if (error instanceof ContentError) throw error.cause;
    request.signal?.throwIfAborted();
    if (error instanceof UserError || !request.isEncrypted) throw error;
    return { proof: 'read whole', fault: `It cannot be decrypted: ${wordsOf(error as Error)}.` };
  } finally {
    await reader.close();
  }
}

function wordsOf({ message }: Error): string {
  return /^no identity matched/.test(message) ? 'none of the keys opens it' : message;
}

async function opened(
  chunks: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const { decrypted } = await import('./encryption.ts');
  return decrypted(chunks, identities);
}

/** What went wrong with the content itself, apart from what is wrong in it. */
class ContentError extends Error {
  override readonly name = 'ContentError';
}

/** The stored bytes, hashed as they go by. Whoever stops reading early leaves the rest to `drain`. */
function readStored(content: AsyncIterable<Uint8Array>, { signal, progress }: CheckRequest) {
  const iterator = content[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  const free = freeAsItGoes();
  let bytes = 0;
  let isOver = false;
  async function next(): Promise<Uint8Array | undefined> {
    signal?.throwIfAborted();
    const { done, value } = await iterator.next();
    isOver = done === true;
    if (isOver) return undefined;
    hash.update(value);
    bytes += value.length;
    free(value.length);
    progress?.(bytes);
    return value;
  }
  return {
    async *chunks(): AsyncGenerator<Uint8Array> {
      for (;;) {
        const chunk = await next().catch((cause: unknown) => {
          throw new ContentError('The content failed', { cause });
        });
        if (chunk === undefined) return;
        yield chunk;
      }
    },
    drain: async () => {
      while (!isOver) await next();
    },
    seen: () => ({ bytes, sha256: hash.digest('hex') }),
    close: async () => {
      if (!isOver) await iterator.return?.();
    },
  };
}
