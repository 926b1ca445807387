import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Programs } from '../config/programs.ts';
import { UserError } from '../errors.ts';
import type { CheckRequest, DumpTools } from '../ports.ts';
import { checkArchive } from './archive-check.ts';
import type { ReadingTools } from './archive-line.ts';
import { type DumpSettings, startDump } from './dump.ts';
import { beginSurvey, openBench } from './dump-bench.ts';
import { inspectDatabase } from './dump-inspection.ts';
import { findPgPrograms, newest, onPath } from './pg-programs.ts';
import { openPgSession } from './pg-session.ts';
import { roomToBe } from './staging-room.ts';
import { sweepWorkFolders } from './work-folder.ts';

/**
 * Looks for its programs anew each time: they may be installed or updated meanwhile. What has to be laid out on a disk, which the
 * directory format alone has, goes into `folder`, which need not be there yet.
 */
export function openDumpTools(programs: Programs, folder = tmpdir()): DumpTools {
  return {
    inspect: async (url, { signal } = {}) => {
      signal?.throwIfAborted();
      const session = await openPgSession(url);
      signal?.addEventListener('abort', session.end);
      try {
        const { inspection } = await inspectDatabase(session.client, programs);
        return { ...inspection, roomBytes: await roomLeft(folder) };
      } finally {
        signal?.removeEventListener('abort', session.end);
        session.end();
      }
    },
    dump: (url, request) => startDump(url, request, { programs, folder }),
    check: async (content, request) =>
      checkArchive(content, request, await readingTools(request, { programs, folder })),
    survey: async (url, { signal } = {}) => {
      const bench = await openBench(url, { programs, signal });
      try {
        const { survey } = await beginSurvey(bench);
        await bench.crew.allWell();
        return await survey;
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        await bench.close();
      }
    },
  };
}

/** What killed runs have laid out there goes first. A folder that cannot be looked at has no room. */
async function roomLeft(folder: string): Promise<number> {
  try {
    if (existsSync(folder)) await sweepWorkFolders(folder);
    return await roomToBe(folder);
  } catch {
    return 0;
  }
}

async function readingTools({ format }: CheckRequest, { programs, folder }: DumpSettings): Promise<ReadingTools> {
  const pgRestore = newest(await findPgPrograms(programs))?.pgRestore;
  if (format !== 'plain' && pgRestore === undefined) {
    const message =
      'A dump in the custom or the directory format is read by pg_restore, which is not here. On Debian: sudo apt-get install postgresql-client. Or let PG_BIN name the folder that holds it.';
    throw new UserError(message);
  }
  const { environment } = programs;
  return { pgRestore: pgRestore ?? 'pg_restore', zstd: onPath('zstd', programs), environment, folder };
}
