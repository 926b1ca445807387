import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const ROWS = /^\d+\.dat(\.\w+)?$/;
/** gzip around nothing has 20 bytes, and a file's name where somebody gave it one. */
const SMALL_BYTES = 512;

/**
 * What is wrong with the files of rows in a dump's folder that can be read; undefined: nothing. pg_dump writes a closing line
 * for a table without rows as well, and pg_restore takes a file with nothing in it for one whose rows end there.
 */
export async function emptyRows(folder: string): Promise<string | undefined> {
  for (const name of (await readdir(folder)).filter((entry) => ROWS.test(entry))) {
    const path = join(folder, name);
    const { size } = await stat(path);
    const isEmpty = size === 0 || (size < SMALL_BYTES && name.endsWith('.gz') && isGzipOfNothing(await readFile(path)));
    if (isEmpty) return `${name} is empty: the rows of a table are gone.`;
  }
  return undefined;
}

function isGzipOfNothing(bytes: Buffer): boolean {
  try {
    return gunzipSync(bytes).length === 0;
  } catch {
    return false; // pg_restore has read it, and knows more kinds of what is whole.
  }
}
