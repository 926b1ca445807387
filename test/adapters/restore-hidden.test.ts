import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openDumpTools } from '../../src/adapters/dump-tools.ts';
import { UserError } from '../../src/errors.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { databaseWith, piecesOf, programs, query, type TestDatabase, workFolders } from './dump-stage.ts';
import { at, bytesOf, emptyDatabase, openFolder, pgDump, refused, restoreTools } from './restore-stage.ts';

const COLUMNS = Array.from({ length: 30 }, (_, n) => `a_column_of_this_name_${n}`);
const SOURCE = `CREATE TABLE bait (t text); INSERT INTO bait SELECT 'row ' || n FROM generate_series(1, 50) n;
  CREATE TABLE next (${COLUMNS.map((name) => `${name} text`).join(', ')}); INSERT INTO next VALUES ('next');
  CREATE INDEX an_index ON bait (${COLUMNS.map((name) => `replace(t, '${name}', '')`).join(', ')}) WHERE t LIKE 'row %';`;
const EVIL = `CREATE FUNCTION public.evil() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT pg_read_file(''/etc/hostname'')';
GRANT ALL ON FUNCTION public.evil() TO PUBLIC;`;
const FOREIGN = { trust: 'foreign' } as const;
const END_OF_ROWS = /\\\.\n\n\n$/;

describe('An archive from elsewhere', () => {
  const folder = openFolder();
  let source: TestDatabase;
  let count = 0;
  beforeAll(async () => {
    source = await databaseWith(SOURCE);
    await pgDump(source.url, folder.path('folder'), '-Fd', '-Z0');
    await pgDump(source.url, folder.path('zipped'), '-Fd');
    await pgDump(source.url, folder.path('custom'), '-Fc', '-Z0');
    await pgDump(source.url, folder.path('folder of one'), '-Fd', '-Z0', '--table=bait');
    await pgDump(source.url, folder.path('custom of one'), '-Fc', '-Z0', '--table=bait');
  });
  afterAll(async () => {
    expect(programs()).toEqual([]);
    expect(workFolders()).toEqual([]);
    await source.drop();
    folder.remove();
  });

  const copyOf = (name: string) => {
    const copy = folder.path(`copy ${++count}`);
    cpSync(folder.path(name), copy, { recursive: true });
    return copy;
  };
  /** The file of a table's rows. */
  const rowsOf = (path: string, rows: RegExp) => {
    const name = readdirSync(path).find(
      (entry) => entry !== 'toc.dat' && rows.test(readFileSync(join(path, entry), 'latin1')),
    );
    return join(path, name ?? 'missing');
  };
  const change = (file: string, to: (text: string) => string) =>
    writeFileSync(file, to(readFileSync(file, 'latin1')), 'latin1');
  const packed = (path: string) => {
    execFileSync('tar', ['-cf', `${path}.tar`, '-C', path, '.']);
    return `${path}.tar`;
  };
  /** Puts what is evil where a statement is, and fills it up with `rest`. */
  const hideIn = (toc: string, statement: RegExp, rest = '\n') =>
    toc.replace(statement, (found) => `${EVIL}${' '.repeat(found.length - EVIL.length - rest.length)}${rest}`);
  const INDEX = /CREATE INDEX an_index [^\0]*?;\n/;

  /** What it leaves: nothing of what was hidden, in any database. */
  async function outcome(path: string): Promise<Error | undefined> {
    const database = await emptyDatabase();
    try {
      const error = await restoreTools()
        .restore(database.url, at(path), FOREIGN)
        .then(
          () => undefined,
          (reason: Error) => reason,
        );
      for (const { url } of [database, source])
        expect(await query(url, "SELECT proname FROM pg_proc WHERE proname = 'evil'"), path).toEqual([]);
      return error;
    } finally {
      await database.drop();
    }
  }

  itNeeds('postgresClient', 'brings no code behind rows that have no end', async () => {
    const custom = copyOf('custom of one');
    change(custom, (text) => hideIn(text, INDEX).replace('\\.\n\n\n', 'xx\n\n\n'));
    const directory = copyOf('folder of one');
    change(join(directory, 'toc.dat'), (toc) => hideIn(toc, INDEX));
    change(rowsOf(directory, /^row /), (text) => text.replace(END_OF_ROWS, ''));
    for (const path of [custom, directory, packed(directory)]) {
      const error = await outcome(path);
      expect(error, path).toBeInstanceOf(UserError);
      expect(error?.message).toMatch(/is not whole. It was cut off/);
    }
  });

  itNeeds('postgresClient', 'brings no code that the end of a later table’s rows hides', async () => {
    const copy = /COPY public\.next [^\0]*?;\n/;
    const custom = copyOf('custom');
    const from = 'COPY public.next FROM stdin;\n';
    change(custom, (text) => hideIn(text, copy, from).replace('\\.\n\n\n', 'xx\n\n\n'));
    const directory = copyOf('folder');
    change(join(directory, 'toc.dat'), (toc) => hideIn(toc, copy, from));
    change(rowsOf(directory, /^row /), (text) => text.replace(END_OF_ROWS, ''));
    for (const path of [custom, directory])
      expect((await outcome(path))?.message, path).toContain('the rows of a table have no end');
    // Where it hides the comment too by which this shows: what would have run are rows.
    change(rowsOf(directory, /^next/), () => 'next\n\\.\n\n\n');
    change(join(directory, 'toc.dat'), (toc) => renamed(toc, 'next', 'n'.repeat(5000)));
    expect(await outcome(directory)).toBeUndefined();
  });

  itNeeds('postgresClient', 'is refused where rows were cut off', async () => {
    const cut = copyOf('folder');
    change(rowsOf(cut, /^row /), (text) => text.slice(0, text.indexOf('row 20\n')));
    const emptied = copyOf('zipped');
    for (const file of readdirSync(emptied).filter((name) => name !== 'toc.dat')) truncateSync(join(emptied, file), 0);
    for (const path of [cut, packed(cut), emptied, packed(emptied)]) {
      const { error, tables } = await refused(at(path), FOREIGN);
      expect(error, path).toBeInstanceOf(UserError);
      expect(error.message).toMatch(/is not whole. It was cut off/);
      expect(tables).toBe(0);
    }
  });

  itNeeds('postgresClient', 'of which a file of rows is empty is found when it is read back', async () => {
    const tools = openDumpTools({ pgBin: undefined, environment: { PATH: process.env.PATH ?? '' } }, folder.path(''));
    const layout = { format: 'directory', compression: 'none', isEncrypted: false } as const;
    const check = (path: string) => tools.check(piecesOf(bytesOf(packed(path))), layout);
    expect(await check(copyOf('zipped'))).toMatchObject({ proof: 'read whole', fault: undefined });
    for (const nothing of ['', execFileSync('gzip', ['-c'], { input: '' })]) {
      const emptied = copyOf('zipped');
      const [name = ''] = readdirSync(emptied).filter((entry) => entry !== 'toc.dat');
      writeFileSync(join(emptied, name), nothing);
      expect((await check(emptied)).fault).toBe(`${name} is empty: the rows of a table are gone.`);
    }
  });
});

/** A table of contents in which everything of a name has another, of another length. */
function renamed(toc: string, name: string, other: string): string {
  const text = (value: string) => {
    const size = Buffer.alloc(5);
    size.writeUInt32LE(value.length, 1);
    return size.toString('latin1') + value;
  };
  return toc.replaceAll(text(name), text(other));
}
