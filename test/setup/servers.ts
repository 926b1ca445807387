import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateAll } from '../../src/adapters/migrations.ts';
import { freePort, startPostgres } from '../../workbench/postgres.ts';
import { whyMissing } from './machine.ts';
import { offerObjectStore } from './object-store-offer.ts';
import { quickPassword } from './quick-password.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's address of the run's PostgreSQL. */
    postgresUrl: string;
    /** Undefined where no Redis is installed. */
    redisPort: number | undefined;
    /** Where the run's object store is asked for; undefined where none is installed. */
    objectStoreOffer: number | undefined;
  }
}

/** The platform’s database and, with `_capops` behind it, the ledger, as `db:migrate` leaves them. */
const MIGRATED = 'capops_template_migrated';
/** Statements are counted only where a test asks for it: those of all tests would push its own out of the count. */
const SETTINGS = {
  max_connections: '200',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
};
const ROOM_BYTES = 4 * 2 ** 30;

/**
 * Starts one PostgreSQL and one Redis for the whole run, and an object store once a test asks for it; vitest calls what
 * it returns at the end.
 */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(fastFolder(), 'capops-test-'));
  chmodSync(folder, 0o755); // PostgreSQL's own user has to enter it.
  const dismissGuard = guard(folder);
  const [postgres, redis, objectStore] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), persistent: false, settings: SETTINGS }),
    startRedis(folder),
    offerObjectStore(join(folder, 'ceph')),
  ]);
  await makeTemplates(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisPort', redis?.port);
  project.provide('objectStoreOffer', objectStore?.port);
  return async () => {
    await Promise.all([postgres.stop(), redis?.stop(), objectStore?.stop()]);
    rmSync(folder, { recursive: true, force: true });
    dismissGuard();
  };
}

/** Linux's folder in memory where it has room (a database is made there in 30 ms, on disk in 200), or the usual one. */
function fastFolder(): string {
  const inMemory = '/dev/shm';
  if (!existsSync(inMemory)) return tmpdir();
  const { bavail, bsize } = statfsSync(inMemory);
  return bavail * bsize > ROOM_BYTES ? inMemory : tmpdir();
}

/** A shell that waits for us to be gone, by whatever end, and then ends the servers and removes their folder. */
function guard(folder: string): () => void {
  const script = `cat
    for file in "$0"/postgres/postmaster.pid "$0"/redis.pid; do
      [ -f "$file" ] && kill -INT "$(head -n 1 "$file")"
    done
    for file in "$0"/ceph/*.pid; do
      [ -f "$file" ] && kill -KILL "$(cat "$file")"
    done
    sleep 1
    rm -rf "$0"`;
  const shell = spawn('sh', ['-c', script, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
  shell.unref();
  return () => shell.kill();
}

async function makeTemplates(url: string): Promise<void> {
  await query(url, `ALTER ROLE postgres PASSWORD '${quickPassword(new URL(url).password)}'`);
  await query(url, 'CREATE DATABASE capops_template_platform');
  await query(
    addressIn(url, 'capops_template_platform'),
    readFileSync(new URL('../fixtures/platform.sql', import.meta.url), 'utf8'),
  );
  await query(url, `CREATE DATABASE ${MIGRATED} TEMPLATE capops_template_platform`);
  const migrated = addressIn(url, MIGRATED);
  const ledger = addressIn(url, `${MIGRATED}_capops`);
  await migrateAll({ databaseUrl: migrated, ledgerDatabaseUrl: ledger, ledgerIsDerived: true }, () => undefined);
}

function addressIn(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function startRedis(folder: string): Promise<{ port: number; stop(): Promise<void> } | undefined> {
  if (whyMissing('redis')) return undefined;
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', databases: 64, dir: folder };
  const args = Object.entries({ ...settings, pidfile: join(folder, 'redis.pid') }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const server = spawn('redis-server', args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(server);
  return { port, stop: () => end(server) };
}

async function ready(server: ChildProcess): Promise<void> {
  for await (const line of server.stdout ?? []) {
    if (String(line).includes('Ready to accept connections')) return;
  }
  throw new Error('redis-server ended before it was ready');
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  server.kill('SIGKILL'); // It keeps nothing.
  await Promise.race([once(server, 'exit'), sleep(2000)]);
}
