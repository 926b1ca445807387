import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf, onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { runCli, startCli } from '../setup/run-cli.ts';
import { type Desk, openDesk } from './desk.ts';

let desk: Desk;
let folder: string;
beforeAll(async () => {
  desk = await openDesk();
  folder = mkdtempSync(join(tmpdir(), 'capops-backup-cli-'));
});
afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true });
});

const env = () => ({ DATABASE_URL: desk.platformUrl, CAPOPS_FOLDER: folder });
const type = (args: string[], more: Record<string, string> = {}, cwd = folder) =>
  runCli(args, { cwd, env: { ...env(), ...more } });

itNeeds('postgresClient', 'pnpm ops:backup writes into the backups folder of the project', async () => {
  const { code, stdout } = await type(['backup']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('was read back whole')]);
  expect(readdirSync(join(folder, 'backups')).sort()).toEqual([
    expect.stringMatching(/^backup-\d{4}-\d\d-\d\d\.sql$/),
    expect.stringMatching(/^backup-\d{4}-\d\d-\d\d\.sql\.manifest\.json$/),
  ]);
});

itNeeds('postgresClient', 'BACKUP_DIR moves the folder; --output is meant from where the asker stands', async () => {
  const stand = join(folder, 'here');
  mkdirSync(stand);
  await type(['backup'], { BACKUP_DIR: 'kept' });
  expect(readdirSync(join(folder, 'kept'))).toHaveLength(2);
  expect((await type(['backup', '--output', 'mine.dump'], {}, stand)).code).toBe(0);
  expect(readdirSync(stand).sort()).toEqual(['mine.dump', 'mine.dump.manifest.json']);
});

itNeeds('postgresClient', 'an --output that is taken is exit 2, with the command for a free name', async () => {
  writeFileSync(join(folder, 'taken.sql'), 'mine');
  const { code, stderr } = await type(['backup', '--output', 'taken.sql']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/taken\.sql is there already, and is not replaced\./);
  const [, free = ''] = /pnpm ops backup --output (\S+)/.exec(stderr) ?? [];
  expect(free).toMatch(/taken-[\dT-]+\.sql$/);
  expect((await type(['backup', '--output', free])).code).toBe(0);
  expect(readFileSync(join(folder, 'taken.sql'), 'utf8')).toBe('mine');
});

itNeeds(
  'postgresClient',
  'a killed one leaves nothing that looks like a backup',
  async () => {
    const database = `${new URL(desk.platformUrl).pathname.slice(1)}_slow`;
    await onServer(`CREATE DATABASE ${database}`, `CREATE DATABASE ${database}_capops`);
    const platformUrl = addressOf(database);
    try {
      await runCli(['db:migrate'], { cwd: folder, env: { ...env(), DATABASE_URL: platformUrl } });
      const { openDatabases } = await import('../../src/adapters/databases.ts');
      const opened = openDatabases({ databaseUrl: platformUrl, ledgerDatabaseUrl: desk.ledgerUrl });
      await opened.databases.platform.raw(
        'CREATE TABLE wide AS SELECT md5(n::text) || md5((n + 1)::text) AS text FROM generate_series(1, 2000000) n',
      );
      await opened.close();
      const { child, done } = startCli(['backup'], {
        cwd: folder,
        env: { ...env(), DATABASE_URL: platformUrl, BACKUP_DIR: 'slow' },
      });
      const slow = join(folder, 'slow');
      await expect
        .poll(() => existsSync(slow) && readdirSync(slow).length, { timeout: 15_000, interval: 20 })
        .toBeTruthy();
      child.kill('SIGKILL');
      await done;
      expect(readdirSync(slow)).toEqual([expect.stringMatching(/\.partial$/)]);
    } finally {
      await onServer(
        `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`,
        `DROP DATABASE IF EXISTS ${database}_capops WITH (FORCE)`,
      );
    }
  },
  { timeoutSeconds: 60 },
);

itNeeds(
  ['postgresClient', 'age'],
  'where capops.yml names keys, it is encrypted, and the age tool decrypts it',
  async () => {
    const { execFileSync } = await import('node:child_process');
    const identity = join(folder, 'identity.txt');
    execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' });
    chmodSync(identity, 0o600);
    const recipient = execFileSync('age-keygen', ['-y', identity], { encoding: 'utf8' }).trim();
    const capops = `environment: test\nbackups: { encrypt_to: [${recipient}] }\n`;
    writeFileSync(join(folder, 'capops.yml'), capops, { mode: 0o600 });
    const blind = await type(['backup'], { BACKUP_DIR: 'encrypted' });
    expect(blind.stdout).toContain('was read whole as it was written, then read back by its SHA-256');
    const seeing = await type(['backup'], { BACKUP_DIR: 'encrypted', AGE_IDENTITY_FILE: identity });
    expect(seeing.stdout).toContain('was read back whole');
    const [file = ''] = readdirSync(join(folder, 'encrypted')).filter((name) => name.endsWith('.sql.age'));
    const sql = execFileSync('age', ['-d', '-i', identity, join(folder, 'encrypted', file)], { encoding: 'utf8' });
    expect(sql).toContain('PostgreSQL database dump complete');
    rmSync(join(folder, 'capops.yml'));
  },
);

test('a file of private keys that others may read stops the start', async () => {
  writeFileSync(join(folder, 'open.txt'), '# nothing', { mode: 0o644 });
  const { code, stderr } = await type(['backup'], { AGE_IDENTITY_FILE: 'open.txt' });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/AGE_IDENTITY_FILE: found “open\.txt”, which others may read or write\. Allowed: .*chmod 600/);
});

itNeeds(
  'postgresClient',
  'the terminal lists, verifies, pins and prunes',
  async () => {
    // What the folders of the other tests have is no business of this one.
    await desk.ledger('TRUNCATE backups, backup_copies');
    const stand = join(folder, 'stand');
    mkdirSync(stand);
    const own = { BACKUP_DIR: 'listed' };
    expect((await type(['backup', '--output', 'mine.dump'], own, stand)).code).toBe(0);
    await type(['backup'], own);
    const listed = await type(['list-backups', '--format', 'json'], own);
    const [{ id, copies }] = JSON.parse(listed.stdout);
    expect(copies).toMatchObject([{ storage: 'local', state: 'good' }]);
    const verified = await type(['verify-backup', 'mine.dump'], own, stand);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('is whole: every byte was read')]);
    expect((await type(['verify-backup', id.slice(0, 8)], own)).code).toBe(0);
    expect((await type(['pin-backup', id, '--reason', 'the auditors ask'], own)).stdout).toContain(
      'stays until somebody',
    );
    expect((await type(['prune-backups', '--dry-run'], own)).stdout).toContain('pinned (the auditors ask)');
    const file = join(stand, 'mine.dump');
    writeFileSync(file, readFileSync(file).subarray(0, -9));
    expect((await type(['verify-backup', 'mine.dump'], own, stand)).code).toBe(1);
  },
  { timeoutSeconds: 60 },
);
