import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Programs } from '../config/programs.ts';
import { ProgramError, UserError } from '../errors.ts';
import type { DumpIdentity, ReadRequest, RestoreSource } from '../ports.ts';
import { zstdArgs } from './compression.ts';
import { unpackFolder } from './packed-folder.ts';
import { onPath } from './pg-programs.ts';
import { pour } from './pour.ts';
import { openCrew } from './program-crew.ts';
import { archiveBytes, decompressedBytes } from './restore-source.ts';
import { isFull, NoRoom, roomIn, writeInRoom } from './staging-room.ts';

const LOOK_MS = 100;

export interface Layout {
  readonly identity: DumpIdentity;
  readonly request: ReadRequest;
  readonly programs: Programs;
}

/** Writes a dump there, decrypted and decompressed: a file, or a folder. Resolves with whether it had room. */
export async function layOut(source: RestoreSource, path: string, staging: Layout): Promise<boolean> {
  try {
    if (staging.identity.isPacked) await unpackInto(source, path, staging);
    else if (staging.identity.format === 'directory') await copyFolder(source, path, staging.request);
    else await decompressInto(source, path, staging);
    return true;
  } catch (error) {
    if (isFull(error)) return false;
    throw error;
  }
}

/** Of a folder that was packed. `tocOnly`: what it says of itself, and no rows. */
export async function unpackInto(
  source: RestoreSource,
  path: string,
  { identity, request, tocOnly = false }: Pick<Layout, 'identity' | 'request'> & { readonly tocOnly?: boolean },
): Promise<void> {
  const content = decompressedBytes(archiveBytes(source, identity, request), identity.compression, source);
  await unpackFolder(content, path, { name: source.name, signal: request.signal, tocOnly });
}

async function decompressInto(source: RestoreSource, path: string, staging: Layout): Promise<void> {
  const { identity, request, programs } = staging;
  const content = archiveBytes(source, identity, request);
  const zstd = identity.compression === 'zstd' ? onPath('zstd', programs) : undefined;
  const file = await open(path, 'wx', 0o600);
  const ended = new AbortController();
  const watch = setInterval(() => {
    roomIn(path).then(
      (bytes) => bytes < 0 && ended.abort(new NoRoom()),
      () => undefined,
    );
  }, LOOK_MS);
  const signal = request.signal ? AbortSignal.any([request.signal, ended.signal]) : ended.signal;
  try {
    if (zstd !== undefined) await unzipInto(file.fd, content, { source, signal, zstd, programs });
    else {
      for await (const chunk of decompressedBytes(content, identity.compression, source)) {
        signal.throwIfAborted();
        await file.writeFile(chunk);
      }
    }
  } finally {
    clearInterval(watch);
    await file.close();
  }
}

interface Unzipping {
  readonly source: RestoreSource;
  readonly signal: AbortSignal;
  readonly zstd: string;
  readonly programs: Programs;
}

async function unzipInto(
  file: number,
  content: AsyncIterable<Uint8Array>,
  { source, signal, zstd, programs }: Unzipping,
): Promise<void> {
  const crew = openCrew(signal);
  try {
    const program = { path: zstd, args: zstdArgs('decompress'), env: { ...programs.environment, LC_ALL: 'C' } };
    const { stdin } = crew.start(program, ['pipe', file, 'pipe']);
    if (!stdin) throw new Error('zstd has no stdin');
    stdin.on('error', () => undefined); // Why shows in how it ends.
    for await (const chunk of content) {
      signal.throwIfAborted();
      await pour(stdin, chunk);
      if (stdin.destroyed) break;
    }
    stdin.end();
    await crew.allWell().catch((error: unknown) => {
      throw signal.aborted ? signal.reason : unzipFailure(error, source);
    });
    signal.throwIfAborted();
  } finally {
    await crew.end();
  }
}

function unzipFailure(error: unknown, { name }: RestoreSource): unknown {
  if (!(error instanceof ProgramError) || isFull(error)) return error;
  if (/exit code 1/.test(error.message))
    return new UserError(`${name} cannot be decompressed: it was cut off or changed.`);
  return error;
}

/** The files of a dump in the directory format, which are no links. */
async function copyFolder(source: RestoreSource, path: string, { signal }: ReadRequest): Promise<void> {
  if (!('path' in source)) throw new Error('A folder is read from this machine alone');
  await mkdir(path, { mode: 0o700 });
  const names = await readdir(source.path);
  for (const name of names) {
    const from = join(source.path, name);
    if (!(await lstat(from)).isFile())
      throw new UserError(`${source.name} holds “${name}”, which is no file: pg_dump writes files alone.`);
    signal?.throwIfAborted();
    await writeInRoom(join(path, name), bytesOf(from), signal);
  }
}

/** Opened once they are asked for: a stream that fails before would end the process. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path);
}
