// Restores beside PostgreSQL's own tools and the platform's way: `node bench/restore.ts [megabytes ...]`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '../test/setup/run-cli.ts';
import { timePeer } from './backup-contenders.ts';
import { judge, median, onServer, openGround } from './ground.ts';
import { fillWithMix } from './mix.ts';
import { watch } from './restore-client.ts';
import type { Filled } from './restore-worker.ts';

const SIZES_MB = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100];
const ROUNDS = 5;
/** Larger ones take minutes each. */
const ROUNDS_OF_LARGE = 1;
const LARGE_MB = 500;
const QUESTION = 'SELECT 1 FROM mix.readings WHERE id = 4711';
const FORCED = ['--force', '--reason', 'A benchmark', '--format', 'json'];

const folder = mkdtempSync(join(tmpdir(), 'capops-bench-'));
const ground = await openGround();
try {
  for (const megabytes of SIZES_MB) await judgeSize(megabytes);
} finally {
  await ground.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function judgeSize(megabytes: number): Promise<void> {
  const { databaseUrl } = await ground.databases(`mix_${megabytes}`);
  await fillWithMix(databaseUrl, megabytes);
  console.log(`${megabytes} MB, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
  const file = join(folder, `mix-${megabytes}.dump.zst`);
  await capops(databaseUrl, ['backup', '--output', file]);
  await judgeFilling(megabytes, { databaseUrl, file });
  await judgeSwitching(megabytes, { databaseUrl, file });
  await judgePlatformsWay(databaseUrl);
}

interface Stage {
  readonly databaseUrl: string;
  readonly file: string;
}

/** In turns, each into a new database. */
async function judgeFilling(megabytes: number, { databaseUrl, file }: Stage): Promise<void> {
  const ours: Filled[] = [];
  const floor: number[] = [];
  for (let round = 0; round < (megabytes < LARGE_MB ? ROUNDS : ROUNDS_OF_LARGE); round++) {
    floor.push(
      await withEmpty(databaseUrl, (url) =>
        timePeer(`zstd -d -q ${file} -o plain && pg_restore -j2 -d "$PGDATABASE" plain`, url),
      ),
    );
    ours.push(await withEmpty(databaseUrl, async (url) => fill(url, file)));
    console.log(
      `  CapOps ${seconds(ours.at(-1)?.ms)} in ${ours.at(-1)?.jobs} sessions, pg_restore ${seconds(floor.at(-1))}`,
    );
  }
  const ratio = median(ours.map(({ ms }) => ms)) / median(floor);
  judge(`restore: ${megabytes} MB beside, ratio to zstd -d and pg_restore -j2`, ratio, { atMost: 1.2 });
  judge(`restore: most MB above idle at ${megabytes} MB`, Math.max(...ours.map(({ memoryMb }) => memoryMb)), {
    atMost: 80,
  });
}

async function judgeSwitching(megabytes: number, { databaseUrl, file }: Stage): Promise<void> {
  const restored = await watched(databaseUrl, () => capops(databaseUrl, ['restore', file, ...FORCED]));
  console.log(
    `  restore, all of it: ${seconds(restored.tookMs)}; by its own report ${restored.value.unavailableMs} ms unavailable`,
  );
  judge(`restore: s in which a client was not served, ${megabytes} MB`, restored.unservedMs / 1000, { atMost: 2 });
  const undone = await watched(databaseUrl, () => capops(databaseUrl, ['undo-restore', ...FORCED]));
  console.log(
    `  undo, all of it: ${seconds(undone.tookMs)}; by its own report ${undone.value.unavailableMs} ms unavailable`,
  );
  judge(`restore: s in which a client was not served by an undo, ${megabytes} MB`, undone.unservedMs / 1000, {
    atMost: 2,
  });
}

/** Drops the live database, and fills a new one of that name: the backup’s own time is not counted. */
async function judgePlatformsWay(databaseUrl: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const plain = join(folder, `${name}.sql`);
  await timePeer(`pg_dump > ${plain}`, databaseUrl);
  const way = `dropdb --force ${name} && createdb -T template0 ${name} && psql -q -v ON_ERROR_STOP=1 -f ${plain}`;
  const { unservedMs, tookMs } = await watched(databaseUrl, () => timePeer(way, databaseUrl));
  console.log(`  the platform’s way: ${seconds(tookMs)}, in ${seconds(unservedMs)} of which a client was not served`);
  rmSync(plain);
}

/** What a client who asks every 20 ms has of it. */
async function watched<T>(databaseUrl: string, work: () => Promise<T>) {
  const client = await watch(databaseUrl, QUESTION);
  const begun = performance.now();
  const value = await work();
  const tookMs = performance.now() - begun;
  return { value, tookMs, unservedMs: await client.longestMs() };
}

async function withEmpty<T>(databaseUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `${new URL(databaseUrl).pathname.slice(1)}_empty`;
  await onServer(databaseUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  try {
    return await work(Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href);
  } finally {
    await onServer(databaseUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

function fill(databaseUrl: string, file: string): Filled {
  const worker = fileURLToPath(new URL('restore-worker.ts', import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [worker, JSON.stringify({ databaseUrl, file })], { encoding: 'utf8' }),
  );
}

/** As people run it, in a process of its own. */
async function capops(databaseUrl: string, args: string[]): Promise<{ readonly unavailableMs?: number }> {
  const env = { DATABASE_URL: databaseUrl, BACKUP_DIR: join(folder, 'backups') };
  const { code, stdout, stderr } = await runCli(args, { env, timeoutSeconds: 1800 });
  if (code !== 0) throw new Error(stderr);
  return args.includes('json') ? JSON.parse(stdout) : {};
}

function seconds(ms = Number.NaN): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
