import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { StorageError, UserError } from '../errors.ts';
import type { ArchiveLayout, DumpIdentity, ReadRequest, RestoreSource } from '../ports.ts';
import { decompressor } from './compression.ts';
import { freeAsItGoes } from './flat-memory.ts';
import { codeOf } from './local-failure.ts';

/** What is stored, decrypted where it is encrypted; what is not what the catalogue knows rejects at its end. */
export function archiveBytes(
  source: RestoreSource,
  { isEncrypted }: Pick<DumpIdentity, 'isEncrypted'>,
  request: ReadRequest,
): AsyncIterable<Uint8Array> {
  const stored = storedBytes(source, request);
  return isEncrypted ? decryptedBytes(stored, source, request) : stored;
}

/** Decompressed by Node. What is broken rejects with a UserError. */
export async function* decompressedBytes(
  content: AsyncIterable<Uint8Array>,
  compression: ArchiveLayout['compression'],
  { name }: Pick<RestoreSource, 'name'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stage = decompressor(compression);
  if (!stage) {
    yield* content;
    return;
  }
  const input = Readable.from(content, { objectMode: false });
  pipeline(input, stage, () => undefined);
  try {
    yield* stage as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!/^(Z_|ERR_ZSTD|ZSTD)/.test(String(codeOf(error)))) throw error;
    throw new UserError(`${name} cannot be decompressed: it was cut off or changed (${(error as Error).message}).`);
  } finally {
    input.destroy();
    stage.destroy();
  }
}

/** As they lie there. */
export async function* storedBytes(
  source: RestoreSource,
  { signal, progress, isUnchecked = false }: ReadRequest & { readonly isUnchecked?: boolean },
): AsyncGenerator<Uint8Array, void, undefined> {
  const content = 'path' in source ? createReadStream(source.path) : source.read({ signal });
  const hash = createHash('sha256');
  const free = freeAsItGoes();
  let bytes = 0;
  signal?.throwIfAborted();
  for await (const chunk of content) {
    signal?.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
    free(chunk.length);
    progress?.({ phase: 'Reading', done: bytes, unit: 'bytes' });
    yield chunk;
  }
  if (!isUnchecked && source.sha256 !== undefined && hash.digest('hex') !== source.sha256) throw another(source);
}

/** Reads all of it, where its SHA-256 is known. */
export async function checkStored(source: RestoreSource, request: ReadRequest): Promise<void> {
  if (source.sha256 === undefined) return;
  for await (const _ of storedBytes(source, request));
}

function another({ name }: RestoreSource): UserError {
  return new UserError(
    `${name} is not what the catalogue knows under this name: its SHA-256 is another one. It was changed or damaged.`,
  );
}

export async function* decryptedBytes(
  content: AsyncIterable<Uint8Array>,
  { name }: RestoreSource,
  { identities = [] }: ReadRequest,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (identities.length === 0)
    throw new UserError(
      `${name} is encrypted, and there is no key here that opens it. Let AGE_IDENTITY_FILE name the file with the private key.`,
    );
  let failure: unknown;
  const watched = (async function* () {
    try {
      yield* content;
    } catch (error) {
      failure = error;
      throw error;
    }
  })();
  try {
    const { decrypted } = await import('./encryption.ts');
    yield* await decrypted(watched, identities);
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (error instanceof UserError || error instanceof StorageError) throw error;
    const why = /^no identity matched/.test((error as Error).message)
      ? 'none of the keys opens it'
      : 'it was cut off or changed';
    throw new UserError(`${name} cannot be decrypted: ${why}.`);
  }
}
