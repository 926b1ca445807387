import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { UserError } from '../errors.ts';
import { type Line, type ReadingTools, wordsOf } from './archive-line.ts';
import { emptyRows } from './empty-rows.ts';
import { unpackFolder } from './packed-folder.ts';
import type { Crew } from './program-crew.ts';
import { isFull, openStaging } from './staging-room.ts';
import { openWorkFolder } from './work-folder.ts';

/** Unpacks a dump in the directory format as it comes, and has pg_restore read every file of it. */
export async function folderLine(tools: ReadingTools, crew: Crew): Promise<Line> {
  const folder = await openWorkFolder(await openStaging(tools.folder));
  const entry = new PassThrough();
  let isThorough = true;
  const fault = readFolder(entry, join(folder.path, 'dump'), { tools, crew }).catch((error: unknown) => {
    entry.destroy(); // What still comes is let go.
    if (error instanceof UserError) return error.message;
    if (!isFull(error)) throw error;
    isThorough = false;
    return undefined;
  });
  fault.catch(() => undefined);
  return {
    entry,
    fault,
    isThorough: () => isThorough,
    close: async () => {
      await fault.catch(() => undefined);
      await folder.clear();
    },
  };
}

async function readFolder(
  content: PassThrough,
  path: string,
  { tools, crew }: { readonly tools: ReadingTools; readonly crew: Crew },
): Promise<string | undefined> {
  await unpackFolder(content, path, { name: 'It' });
  const args = ['--format=directory', '--file=/dev/null', path];
  crew.start({ path: tools.pgRestore, args, env: { ...tools.environment, LC_ALL: 'C' } }, ['ignore', 'ignore', 'pipe']);
  await crew.allWell().catch((error: unknown) => {
    throw new UserError(wordsOf(error));
  });
  return emptyRows(path);
}
