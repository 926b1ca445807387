import type { Programs } from '../config/programs.ts';
import { UserError } from '../errors.ts';
import type { CheckRequest, DumpTools } from '../ports.ts';
import { checkArchive } from './archive-check.ts';
import type { ReadingTools } from './archive-reader.ts';
import { startDump } from './dump.ts';
import { beginSurvey, openBench } from './dump-bench.ts';
import { inspectDatabase } from './dump-inspection.ts';
import { findPgPrograms, newest, onPath } from './pg-programs.ts';
import { openPgSession } from './pg-session.ts';

/** Looks for its programs anew each time: they may be installed or updated meanwhile. */
export function openDumpTools(programs: Programs): DumpTools {
  return {
    inspect: async (url, { signal } = {}) => {
      signal?.throwIfAborted();
      const session = await openPgSession(url);
      signal?.addEventListener('abort', session.end);
      try {
        return (await inspectDatabase(session.client, programs)).inspection;
      } finally {
        signal?.removeEventListener('abort', session.end);
        session.end();
      }
    },
    dump: (url, request) => startDump(url, request, programs),
    check: async (content, request) => checkArchive(content, request, await readingTools(request, programs)),
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

async function readingTools({ format }: CheckRequest, programs: Programs): Promise<ReadingTools> {
  const pgRestore = newest(await findPgPrograms(programs))?.pgRestore;
  if (format === 'custom' && pgRestore === undefined) {
    const message =
      'A dump in the custom format is read by pg_restore, which is not here. On Debian: sudo apt-get install postgresql-client. Or let PG_BIN name the folder that holds it.';
    throw new UserError(message);
  }
  return { pgRestore: pgRestore ?? 'pg_restore', zstd: onPath('zstd', programs), environment: programs.environment };
}
