import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LayoutRoomError } from '../errors.ts';
import type { DumpRequest } from '../ports.ts';
import type { ArchiveStream } from './dump-stream.ts';
import { watchFolder } from './folder-watch.ts';
import { leash } from './leash.ts';
import { packFolder } from './packed-folder.ts';
import type { PgPrograms } from './pg-programs.ts';
import type { Crew, Program } from './program-crew.ts';
import { isFull, openStaging } from './staging-room.ts';
import { openWorkFolder } from './work-folder.ts';

const ANSWER_MS = 10_000;
/** Before, pg_dump compresses by gzip alone. */
const ZSTD_SINCE = 16;
/** At its usual level gzip takes three times as long, for a seventh less. */
const GZIP = '--compress=1';

export interface FolderMaking {
  readonly request: Pick<DumpRequest, 'signal' | 'progress'>;
  /** Without arguments of what to dump and how. */
  readonly pgDump: Program;
  readonly programs: PgPrograms;
  /** Sessions that dump at once. */
  readonly jobs: number;
  /** Where it is laid out, in a folder of its own. */
  readonly folder: string;
  /** Settles with all else that belongs to the dump: nothing is packed before. */
  readonly rest: Promise<unknown>;
}

/** Has pg_dump write its directory format into a folder of ours, and packs that folder once it is whole. */
export async function startFolder(crew: Crew, making: FolderMaking): Promise<ArchiveStream> {
  const { pgDump, jobs, programs } = making;
  const compression = await folderCompression(programs, pgDump.env);
  const parent = await openStaging(making.folder);
  const folder = await openWorkFolder(parent);
  const path = join(folder.path, 'dump');
  // It reaches the disk for good where it is stored.
  const what = ['--format=directory', `--jobs=${jobs}`, compression, '--no-sync', `--file=${path}`];
  try {
    leash(crew.start({ ...pgDump, args: [...pgDump.args, ...what] }, ['ignore', 'ignore', 'pipe']));
  } catch (error) {
    await folder.clear();
    throw error;
  }
  const hash = createHash('sha256');
  let bytes = 0;
  async function* packed(): AsyncGenerator<Uint8Array, void, undefined> {
    await written(crew, making, { path, parent });
    for await (const chunk of packFolder(path)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  let sha256: string | undefined;
  const seen = () => {
    sha256 ??= hash.digest('hex');
    return { bytes, sha256 };
  };
  return { bytes: packed(), seen, close: folder.clear };
}

/** `--compress` for the fastest that this pg_dump knows: what its version could, it may have been built without. */
async function folderCompression({ major, pgDump }: PgPrograms, env: Program['env']): Promise<string> {
  if (major < ZSTD_SINCE) return GZIP;
  const args = ['--format=directory', '--compress=zstd', '--file=/dev/null', '--dbname=host=/nowhere'];
  const asked = promisify(execFile)(pgDump, args, { env, timeout: ANSWER_MS });
  const said = await asked.then(
    () => '',
    ({ stderr }) => String(stderr),
  );
  return /does not support compression/.test(said) ? GZIP : '--compress=zstd';
}

/** Resolves once all of it is on the disk, and all that belongs to it is known. */
async function written(
  crew: Crew,
  { request, rest }: FolderMaking,
  { path, parent }: { readonly path: string; readonly parent: string },
): Promise<void> {
  const watch = watchFolder(path, request.progress);
  try {
    await Promise.race([Promise.all([crew.allWell(), rest]), watch.full]);
    request.signal?.throwIfAborted();
  } catch (error) {
    throw isFull(error) ? noRoom(parent) : error;
  } finally {
    watch.stop();
  }
}

function noRoom(parent: string): LayoutRoomError {
  return new LayoutRoomError(
    'pg_dump',
    `There is no room on this machine’s disk to lay the dump out (in ${parent}). Nothing was kept. Free some space, move BACKUP_DIR to a larger disk, or let parallel_above under backups in capops.yml say never.`,
  );
}
