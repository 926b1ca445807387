import { execFile } from 'node:child_process';
import { accessSync, constants, globSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Programs } from '../config/programs.ts';

const DEBIAN = '/usr/lib/postgresql/*/bin';
const ANSWER_MS = 10_000;

/** One installation of PostgreSQL's programs. */
export interface PgPrograms {
  readonly folder: string;
  /** `15.18`. */
  readonly version: string;
  readonly major: number;
  readonly pgDump: string;
  readonly pgRestore: string;
  readonly psql: string;
}

/** Every installation here: that of PG_BIN alone where it is set, else those of PATH first. */
export async function findPgPrograms({ pgBin, environment }: Programs): Promise<PgPrograms[]> {
  const folders = pgBin === undefined ? [...pathFolders(environment), ...globSync(DEBIAN)] : [pgBin];
  const real = [...new Set(folders)].filter((folder) => isReal(join(folder, 'pg_dump')));
  const found = await Promise.all(real.map((folder) => installation(folder, environment)));
  return found.filter((programs) => programs !== undefined);
}

/** The oldest that can dump the server: its dumps can be read in the most places. Undefined where all are too old. */
export function forServer(found: readonly PgPrograms[], serverMajor: number): PgPrograms | undefined {
  return found.filter(({ major }) => major >= serverMajor).toSorted((a, b) => a.major - b.major)[0];
}

/** The newest, which reads every archive that the others wrote. */
export function newest(found: readonly PgPrograms[]): PgPrograms | undefined {
  return found.toSorted((a, b) => b.major - a.major)[0];
}

/** The program's path; undefined where PATH does not lead to it. */
export function onPath(name: string, { environment }: Pick<Programs, 'environment'>): string | undefined {
  return pathFolders(environment)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

async function installation(folder: string, env: Programs['environment']): Promise<PgPrograms | undefined> {
  const programs = {
    pgDump: join(folder, 'pg_dump'),
    pgRestore: join(folder, 'pg_restore'),
    psql: join(folder, 'psql'),
  };
  if (!isExecutable(programs.pgRestore)) return undefined;
  const version = await versionOf(programs.pgDump, env);
  return version === undefined ? undefined : { folder, version, major: Number.parseInt(version, 10), ...programs };
}

/** By file: a backup asks when it dumps, when it counts and when it reads back. */
const versions = new Map<string, string>();

/** Undefined where it does not say one. A file that was replaced is asked again. */
async function versionOf(path: string, env: Programs['environment']): Promise<string | undefined> {
  const { dev, ino, size, mtimeMs } = statSync(path);
  const file = [dev, ino, size, mtimeMs].join(' ');
  const known = versions.get(file);
  if (known !== undefined) return known;
  const asked = promisify(execFile)(path, ['--version'], { env, timeout: ANSWER_MS });
  const { stdout } = await asked.catch(() => ({ stdout: '' }));
  const version = /\) (\d+\S*)/.exec(stdout)?.[1];
  if (version !== undefined) versions.set(file, version);
  return version;
}

/** Debian's wrapper chooses by clusters of this machine; what it would run is found in its own place. */
function isReal(path: string): boolean {
  return isExecutable(path) && !realpathSync(path).endsWith('/pg_wrapper');
}

function pathFolders({ PATH = '' }: Programs['environment']): string[] {
  return PATH.split(delimiter).filter((folder) => folder.startsWith('/'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
