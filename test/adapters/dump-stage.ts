import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { openDumpTools } from '../../src/adapters/dump-tools.ts';
import type { DumpFacts, DumpRequest, DumpTools } from '../../src/ports.ts';
import { addressOf, onServer } from '../setup/database.ts';

const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

/** The tools as they are by default, or with another folder of PostgreSQL's programs, without zstd, or another disk. */
export function tools({
  pgBin,
  path = environment.PATH,
  folder,
}: {
  pgBin?: string;
  path?: string;
  folder?: string;
} = {}): DumpTools {
  return openDumpTools({ pgBin, environment: { ...environment, PATH: path } }, folder);
}

/** PATH without the zstd program: folders of Debian's PostgreSQL are found anyway. */
export const WITHOUT_ZSTD = '/nowhere';

/** A folder of programs that are shell scripts; `real` in them is the folder of the real ones. */
export function fakePrograms(scripts: Record<string, string>): string {
  const folder = temporaryFolder('fake');
  const real = realFolder();
  const relay = (name: string) => `exec ${real}/${name} "$@"`;
  for (const [name, script] of Object.entries({
    pg_dump: relay('pg_dump'),
    pg_restore: relay('pg_restore'),
    ...scripts,
  })) {
    writeFileSync(join(folder, name), `#!/bin/sh\nreal=${real}\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

export function realFolder(): string {
  const folder = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (!folder) throw new Error('No PostgreSQL client is installed in Debian’s place');
  return folder;
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** A database with these statements run in it. */
export async function databaseWith(
  sql: string,
  name = `dump_${randomBytes(6).toString('hex')}`,
): Promise<TestDatabase> {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await onServer(`CREATE DATABASE ${quoted} TEMPLATE template0`);
  const url = addressOf(name.replaceAll('%', '%25'));
  await query(url, sql);
  return { name, url, drop: () => onServer(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`) };
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const done = client.query(sql).then((result) => result.rows);
  return done.finally(() => client.end());
}

/** So much that no pipe holds it and no compressor makes it small: about 60 MB of a plain dump. */
export const BULK = `CREATE EXTENSION pgcrypto;
  CREATE TABLE bulk AS SELECT n, gen_random_bytes(1000) AS noise FROM generate_series(1, 30000) n`;

/** Dumps into a new file. */
export async function dumpInto(
  url: string,
  request: DumpRequest,
  by = tools(),
): Promise<{ file: string; facts: DumpFacts }> {
  const file = join(temporaryFolder('dump'), 'dump');
  const { content, facts } = by.dump(url, request);
  await pipeline(content, createWriteStream(file));
  return { file, facts: await facts };
}

const made: string[] = [];

function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `capops-${name}-`));
  made.push(folder);
  return folder;
}

/** Removes the dumps and fake programs that a test file has made. */
export function removeFolders(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
}

export const read = (file: string) => createReadStream(file);

export async function* piecesOf(bytes: Uint8Array, length = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

export async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const options = { maxBuffer: 2 ** 30, env: { ...environment, ...env } };
  return (await promisify(execFile)(command, args, options)).stdout;
}

/** What stands in a database, as pg_dump writes it, without what differs each time. */
export async function contentOf(url: string): Promise<string> {
  const text = await run(join(realFolder(), 'pg_dump'), ['--format=plain', `--dbname=${url}`]);
  return text.replace(/^(--.*|\\(un)?restrict .*)\n/gm, '');
}

/** Processes that a process has started, and theirs. */
export function descendants(pid = process.pid): { pid: number; command: string }[] {
  return globSync('/proc/[0-9]*/stat').flatMap((path) => {
    try {
      const stat = readFileSync(path, 'utf8');
      const [, id = '', command = ''] = /^(\d+) \((.*)\) /s.exec(stat) ?? [];
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(parent) !== pid || state === 'Z') return [];
      return [{ pid: Number(id), command }, ...descendants(Number(id))];
    } catch {
      return []; // Gone just now.
    }
  });
}

/** Programs of a dump or a check that this process, or another, has running. */
export function programs(pid = process.pid): { pid: number; command: string }[] {
  return descendants(pid).filter(({ command }) => /^(pg_dump|pg_restore|zstd|sleep|sh)$/.test(command));
}

export async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  for (const end = Date.now() + withinMs; !condition(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`Not so within ${withinMs} ms: ${condition}`);
  }
}

/** The work folders of this process; other tests have theirs. */
export function workFolders(): string[] {
  return globSync(join(tmpdir(), 'capops-work-*/owner.json')).filter((owner) => {
    try {
      return readFileSync(owner, 'utf8').includes(`"pid":${process.pid},`);
    } catch {
      return false; // Gone just now.
    }
  });
}
