import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrateAll } from '../../src/adapters/migrations.ts';
import { type Postgres, startPostgres } from '../../workbench/postgres.ts';
import { give, serverOwner } from '../../workbench/postgres-home.ts';
import { said } from './desk.ts';
import { BESIDE, cellsOf } from './restore-steps.ts';
import { openTerminal, type Terminal } from './restore-terminal.ts';
import { openStage } from './restore-victims.ts';
import { query } from './restore-writer.ts';

// What cannot be done to a server that other tests use.

const home = mkdtempSync(join(tmpdir(), 'capops-server-'));
const place = { platformUrl: '', ledgerUrl: '', folder: join(home, 'backups') };
const SAFE = { synchronous_commit: 'on' };
const SOON = { timeout: 20_000 };
const small = join(home, 'small');
let isMounted = false;
let server: Postgres;

beforeAll(async () => {
  chmodSync(home, 0o755);
  server = await startPostgres({ dataDir: join(home, 'postgres'), persistent: false, settings: SAFE });
  place.platformUrl = at('airport');
  place.ledgerUrl = at('airport_capops');
  await query(server.url, 'CREATE DATABASE airport');
  const urls = { databaseUrl: place.platformUrl, ledgerDatabaseUrl: place.ledgerUrl, ledgerIsDerived: true };
  await migrateAll(urls, () => undefined);
  await airport('LHR');
  await query(
    place.platformUrl,
    'CREATE TABLE ballast AS SELECT n, repeat(md5(n::text), 30) AS noise FROM generate_series(1, 12000) n',
  );
  await typed('backup');
  await airport('SIN');
}, 60_000);

afterAll(async () => {
  await server.stop();
  if (isMounted) execFileSync('umount', [small]);
  rmSync(home, { recursive: true });
});

const at = (database: string) => Object.assign(new URL(server.url), { pathname: `/${database}` }).href;
const airport = (code: string) =>
  query(
    place.platformUrl,
    `INSERT INTO public.organizations (id, code, name, "updatedAt") VALUES ('${code}', '${code}', '${code}', now())`,
  );
const codes = async () =>
  (await query(place.platformUrl, 'SELECT code FROM public.organizations ORDER BY 1')).map(({ code }) => code);
const beside = async () =>
  (await query(server.url, `SELECT datname FROM pg_database WHERE datname ~ '^airport_[a-z]+_' ORDER BY 1`)).map(
    ({ datname }) => String(datname).replace(/_\d{8}t\d{6}z$/, ''),
  );

/** What somebody at a terminal hears. */
async function typed(command: string): Promise<string> {
  const { platformUrl: databaseUrl, ledgerUrl: ledgerDatabaseUrl, folder } = place;
  const terminal: Terminal = await openTerminal({ databaseUrl, ledgerDatabaseUrl, redisUrl: undefined, folder });
  const outcome = await terminal.types(command);
  await terminal.close();
  return `${outcome.kind}: ${said(outcome)}`;
}

const restoring = async () =>
  `restore ${(await query(place.ledgerUrl, `SELECT id FROM backups WHERE kind = 'manual'`))[0]?.id}`;

describe('PostgreSQL, killed', () => {
  const cells = cellsOf(BESIDE).filter(({ name }) => /^(filling|the switch), .*: session$/.test(name));

  test.each(cells)(
    'at $name, comes back with one of the two, whole, and the terminal cleans up',
    async (cell) => {
      const stage = await openStage(place, undefined, async (port) => {
        const [session] = await query(server.url, `SELECT pid FROM pg_stat_activity WHERE client_port = ${port}`);
        // It ends all sessions then, and recovers.
        process.kill(Number(session?.pid), 'SIGKILL');
      });
      expect((await stage.play(await restoring(), cell)).isCaught).toBe(true);
      await expect.poll(() => query(place.ledgerUrl, 'DELETE FROM leases').catch(() => 'down'), SOON).toEqual([]);
      const isNew = !(await codes()).includes('SIN');
      expect(await codes()).toEqual(isNew ? ['LHR'] : ['LHR', 'SIN']);
      expect(await query(place.platformUrl, 'SELECT count(*)::int AS n FROM ballast')).toEqual([{ n: 12_000 }]);
      const words = await typed('undo-restore');
      expect(words).toMatch(isNew ? /^done: .*is as it was before/ : /^refused: There is no restore to undo/);
      expect(await codes()).toEqual(['LHR', 'SIN']);
      expect(await beside()).toEqual(isNew ? ['airport_undone'] : []);
      await query(place.ledgerUrl, `UPDATE restores SET kept_until = now() WHERE ended_at IS NULL`);
      expect(await typed('undo-restore')).toMatch(/^refused/);
      expect(await beside()).toEqual([]);
    },
    60_000,
  );
});

describe('a disk that is full', () => {
  beforeAll(async () => {
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', small], { stdio: 'ignore' });
      isMounted = true;
    } catch {
      return; // Only root may.
    }
    give(small, serverOwner());
    await query(server.url, `CREATE TABLESPACE small LOCATION '${small}'`);
    await query(server.url, 'ALTER DATABASE airport SET TABLESPACE small');
  });

  test('while a restore is on its way leaves what is live, and nothing beside it', async ({ skip }) => {
    if (!isMounted) skip('needs root, to mount a small disk');
    const words = await typed(await restoring());
    expect(words).toMatch(/No space left on device.*The platform’s database was not touched\./s);
    expect([await codes(), await beside()]).toEqual([['LHR', 'SIN'], []]);
    expect(await query(place.ledgerUrl, 'SELECT step FROM restores ORDER BY begun_at DESC LIMIT 1')).toEqual([
      { step: 'abandoned' },
    ]);
  });
});
