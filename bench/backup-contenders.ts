import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPgPrograms, forServer } from '../src/adapters/pg-programs.ts';
import { readPrograms } from '../src/config/programs.ts';
import type { Made, Order } from './backup-worker.ts';

/** What the peers run in the shell, in a folder of their own; `pg_dump` is the one that CapOps takes. */
export const PEERS = {
  'pg_dump -Fc -Z0 | zstd -T2': 'pg_dump -Fc -Z0 | zstd -q -T2 > file',
  'pg_dump -Fc': 'pg_dump -Fc > file',
  'the platform’s way':
    'pg_dump > file && gzip -9 file && openssl enc -aes-256-cbc -pbkdf2 -pass env:SECRET -in file.gz -out file.enc',
} as const;

const SERVER_MAJOR = 15;

/** Milliseconds. */
export async function timePeer(command: string, databaseUrl: string): Promise<number> {
  const { value: programs } = readPrograms(process.env);
  const pg = programs && forServer(await findPgPrograms(programs), SERVER_MAJOR);
  if (!pg) throw new Error(`needs a pg_dump of version ${SERVER_MAJOR} or newer`);
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const env = {
    ...process.env,
    PATH: `${pg.folder}:${process.env.PATH}`,
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: password,
    PGDATABASE: pathname.slice(1),
    SECRET: 'not a secret',
  };
  const cwd = mkdtempSync(join(tmpdir(), 'capops-bench-'));
  try {
    const begun = performance.now();
    const { status } = spawnSync('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
    const ms = performance.now() - begun;
    if (status !== 0) throw new Error(`${command} failed`);
    return ms;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** CapOps' backup and its check, in a process of its own. */
export function backUp(order: Order): Made {
  const worker = fileURLToPath(new URL('backup-worker.ts', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [worker, JSON.stringify(order)], { encoding: 'utf8' }));
}
