import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Programs } from '../config/programs.ts';
import { TAR_BLOCK_BYTES, TAR_END_BYTES } from '../domain/tar-header.ts';
import { UserError } from '../errors.ts';
import type { DumpIdentity, ReadRequest, RestoreRequest, RestoreSource } from '../ports.ts';
import { layOut, unpackInto } from './restore-layout.ts';
import { archiveBytes, checkStored, decompressedBytes } from './restore-source.ts';
import { roomiest } from './staging-room.ts';
import { openWorkFolder } from './work-folder.ts';

/** A dump as pg_restore or psql take it. */
export interface StagedDump {
  readonly source: RestoreSource;
  readonly identity: DumpIdentity;
  /** A file without compression, or a folder; undefined: there was no room for one. */
  readonly path: string | undefined;
  /** The same, decrypted and decompressed, from the first byte on, anew at each call; of a folder there is none. */
  content(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface Staging {
  readonly identity: DumpIdentity;
  readonly request: Pick<RestoreRequest, keyof ReadRequest | 'trust'>;
  readonly programs: Programs;
  /** Where it may be laid out; the one with the most room is taken. */
  readonly folders: readonly string[];
}

/**
 * Lays a dump out where several sessions can read it at once. What is ours and needs no change stays where it is; of what is
 * not, a copy is taken, so that what runs is what was looked at. Rejects where that has no room.
 */
export async function stageDump(source: RestoreSource, staging: Staging): Promise<StagedDump> {
  const { identity, request } = staging;
  const isPlainFile = identity.compression === 'none' && !identity.isEncrypted && !identity.isPacked;
  if ('path' in source && isPlainFile && request.trust === 'ours') {
    if (identity.format !== 'directory') await checkStored(source, request);
    if (identity.format === 'tar') await checkTarEnd(source.path, source);
    return staged(source, staging, { path: resolve(source.path), close: async () => undefined });
  }
  const folder = await openWorkFolder(await roomiest(staging.folders));
  try {
    const path = join(folder.path, 'dump');
    const isThere = await layOut(source, path, staging);
    if (isThere && identity.format === 'tar') await checkTarEnd(path, source);
    if (isThere) return staged(source, staging, { path, close: folder.clear });
    if (request.trust === 'foreign' || identity.format === 'tar' || identity.isPacked)
      throw noRoom(source, folder.path);
    // The whole file is held to its SHA-256 before anything of it runs.
    await checkStored(source, request);
    await folder.clear();
    return staged(source, staging, { path: undefined, close: async () => undefined });
  } catch (error) {
    await folder.clear();
    throw request.signal?.aborted ? request.signal.reason : error;
  }
}

/**
 * A dump that is only looked at: where it is, or as it comes. Of a packed folder its table of contents, or, where it is to be
 * read whole, all of it.
 */
export async function passDump(
  source: RestoreSource,
  staging: Staging,
  { isWhole }: { readonly isWhole: boolean },
): Promise<StagedDump> {
  const { compression, isEncrypted, isPacked } = staging.identity;
  if (isPacked) return isWhole ? stageDump(source, staging) : tocOf(source, staging);
  const isAsItIs = 'path' in source && compression === 'none' && !isEncrypted;
  return staged(source, staging, { path: isAsItIs ? resolve(source.path) : undefined, close: async () => undefined });
}

async function tocOf(source: RestoreSource, staging: Staging): Promise<StagedDump> {
  const folder = await openWorkFolder();
  try {
    const path = join(folder.path, 'dump');
    await unpackInto(source, path, { ...staging, tocOnly: true });
    return staged(source, staging, { path, close: folder.clear });
  } catch (error) {
    await folder.clear();
    throw error;
  }
}

/** A dump that stands there, or comes. */
export function staged(
  source: RestoreSource,
  { identity, request }: Pick<Staging, 'identity' | 'request'>,
  { path, close }: Pick<StagedDump, 'path' | 'close'>,
): StagedDump {
  const given = { ...request, progress: undefined };
  const content = () =>
    path === undefined
      ? decompressedBytes(archiveBytes(source, identity, given), identity.compression, source)
      : archiveBytes({ name: source.name, path }, { isEncrypted: false }, given);
  return { source, identity, path, content, close };
}

/** A tar archive ends with two blocks of zeros, and pg_restore does not look at them. */
async function checkTarEnd(path: string, { name }: RestoreSource): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(
      Buffer.alloc(TAR_END_BYTES),
      0,
      TAR_END_BYTES,
      Math.max(0, size - TAR_END_BYTES),
    );
    if (size % TAR_BLOCK_BYTES === 0 && buffer.every((byte) => byte === 0)) return;
    throw new UserError(`${name} was cut off: the end of a tar archive is not at its end.`);
  } finally {
    await file.close();
  }
}

export function noRoom({ name }: RestoreSource, path: string): UserError {
  return new UserError(
    `There is no room on this machine’s disk to lay out ${name} (in ${path}). Free some space, or move BACKUP_DIR to a larger disk.`,
  );
}
