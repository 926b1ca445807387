import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRestoreTools } from '../../src/adapters/restore-tools.ts';
import type { RestoreRequest, RestoreSource, RestoreTools } from '../../src/ports.ts';
import { databaseWith, piecesOf, query, realFolder, run, type TestDatabase } from './dump-stage.ts';

const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

export function restoreTools({
  pgBin,
  path = environment.PATH,
  folders,
}: {
  pgBin?: string;
  path?: string;
  folders?: string[];
} = {}): RestoreTools {
  return openRestoreTools({ programs: { pgBin, environment: { ...environment, PATH: path } }, folders });
}

/** A folder for a test file's dumps. */
export function openFolder(): {
  path(name: string): string;
  file(name: string, content: string | Uint8Array): string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'capops-restore-'));
  return {
    path: (name) => join(folder, name),
    file: (name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function pgDump(url: string, file: string, ...args: string[]): Promise<string> {
  await run(join(realFolder(), 'pg_dump'), [`--file=${file}`, ...args, url]);
  return file;
}

export const at = (path: string, sha256?: string): RestoreSource => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  sha256,
});

/** As a storage hands it out. */
export function stored(bytes: Uint8Array, name = 'backup'): RestoreSource {
  return { name, read: () => piecesOf(bytes), sha256: sha256Of(bytes) };
}

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const bytesOf = (path: string) => readFileSync(path);

export const emptyDatabase = (sql = ''): Promise<TestDatabase> =>
  databaseWith(sql, `restore_${randomBytes(6).toString('hex')}`);

/** Restores into a new database and hands it to a look; the database goes after. */
export async function restored<T>(
  source: RestoreSource,
  request: Partial<RestoreRequest>,
  look: (database: TestDatabase, facts: Awaited<ReturnType<RestoreTools['restore']>>) => Promise<T>,
  tools = restoreTools(),
): Promise<T> {
  const database = await emptyDatabase();
  try {
    const facts = await tools.restore(database.url, source, { trust: 'ours', ...request });
    return await look(database, facts);
  } finally {
    await database.drop();
  }
}

/** What became of a restore that fails: its error, and how many tables it left. */
export async function refused(
  source: RestoreSource,
  request: Partial<RestoreRequest> = {},
  tools = restoreTools(),
): Promise<{ error: Error; tables: number }> {
  const database = await emptyDatabase();
  try {
    const error = await tools.restore(database.url, source, { trust: 'ours', ...request }).then(
      () => new Error('It was restored'),
      (reason: Error) => reason,
    );
    const [{ n } = {}] = await query(
      database.url,
      "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname !~ '^pg_|^information_schema$'",
    );
    return { error, tables: Number(n) };
  } finally {
    await database.drop();
  }
}
