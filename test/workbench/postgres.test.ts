import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../../workbench/postgres.ts';
import { enterableFolder } from '../../workbench/postgres-home.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'capops-postgres-'));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

const STARTER = `
  import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, '../../workbench/postgres.ts'))};
  const { url } = await startPostgres({ dataDir: process.argv[1], persistent: true });
  console.log(url);
  setInterval(() => {}, 1000);`;

test('data outlives a stop, and a hard kill of whoever started it', { timeout: 60_000 }, async () => {
  const dataDir = join(folder, 'kept');
  const first = await startPostgres({ dataDir, persistent: true });
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  await first.stop();

  const starter = spawn(process.execPath, ['--input-type=module', '-e', STARTER, first.dataDir]);
  const said = once(createInterface({ input: starter.stdout }), 'line');
  const ended = once(starter, 'exit').then(() => Promise.reject(new Error('the starter ended')));
  const [url] = await Promise.race([said, ended]);
  expect(await query(url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  starter.kill('SIGKILL');
  await expect(ended).rejects.toThrow();

  const third = await startPostgres({ dataDir: first.dataDir, persistent: true });
  expect(await query(third.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await third.stop();
});

test('a port that somebody has is left to them, and what is not to persist is removed', {
  timeout: 60_000,
}, async () => {
  const somebody = createServer().listen(0, '127.0.0.1');
  await once(somebody, 'listening');
  const { port } = somebody.address() as { port: number };
  const postgres = await startPostgres({ dataDir: join(folder, 'volatile'), persistent: false, port });
  somebody.close();
  expect(postgres.port).not.toBe(port);
  expect(await query(postgres.url, 'SELECT current_user')).toEqual([{ current_user: 'postgres' }]);
  expect(existsSync(postgres.dataDir)).toBe(true);
  await postgres.stop();
  expect(existsSync(postgres.dataDir)).toBe(false);
});

test('root’s own folders are not for PostgreSQL: another is named, always the same', (context) => {
  if (process.getuid?.() !== 0) return context.skip('is about root, who runs PostgreSQL as somebody else');
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const elsewhere = enterableFolder(join(closed, 'checkout', 'data'));
  expect(elsewhere).toMatch(/^\/var\/tmp\/capops-[0-9a-f]{12}\/data$/);
  expect(enterableFolder(join(closed, 'checkout', 'data'))).toBe(elsewhere);
  expect(enterableFolder(join(folder, 'open', 'data'))).toBe(join(folder, 'open', 'data'));
});
