import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { escapeIdentifier } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { besideName } from '../../src/domain/beside-name.ts';
import { addressOf, createPlatformDatabase, onServer } from '../setup/database.ts';
import type { Ground } from './backup-ground.ts';
import { OMAR, said } from './desk.ts';
import { beside, between, codes, confirmed, done } from './restore-ground.ts';
import { openTerminal } from './restore-terminal.ts';
import { nextStart } from './restore-truth.ts';
import { openStage } from './restore-victims.ts';
import { query } from './restore-writer.ts';

const nameOf = (ground: Ground) => new URL(ground.platformUrl).pathname.slice(1);

describe('a restore', () => {
  test('passes by names that are taken, and leaves what has them alone', async () => {
    const ground = await between();
    const live = nameOf(ground);
    const taken = [
      besideName(live, 'restore', ground.now),
      besideName(live, 'drill', ground.now),
      besideName(live, 'undone', ground.now),
    ];
    await onServer(...taken.map((name) => `CREATE DATABASE ${name} TEMPLATE template0`));
    for (const command of ['restore latest', 'undo-restore', 'drill']) await done(ground, command);
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    const there = await ground.platform(
      `SELECT datname FROM pg_database WHERE datname LIKE '${live}\\_%' AND datname NOT LIKE '%capops'`,
    );
    const later = besideName(live, 'undone', new Date(ground.now.getTime() + 1000));
    expect(there.map(({ datname }) => datname).sort()).toEqual([...taken, later].sort());
  });

  test('serves a name with quotes, capitals, spaces and emoji, from the backup to the drill', async () => {
    const own = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
    const plain = new URL(own.platformUrl).pathname.slice(1);
    const odd = `Air "Port" 🛫 it's ${randomBytes(3).toString('hex')} ${'é'.repeat(10)}`;
    const folder = mkdtempSync(join(tmpdir(), 'capops-odd-'));
    await onServer(`ALTER DATABASE ${plain} RENAME TO ${escapeIdentifier(odd)}`);
    onTestFinished(async () => {
      const found = await query(
        addressOf('postgres'),
        `SELECT datname AS name FROM pg_database WHERE datname LIKE '${odd.slice(0, 18).replaceAll("'", "''")}%'`,
      );
      await onServer(
        ...found.map(({ name }) => `DROP DATABASE ${escapeIdentifier(String(name))} WITH (FORCE)`),
        `CREATE DATABASE ${plain}`,
      );
      await own.drop();
      rmSync(folder, { recursive: true });
    });
    const databaseUrl = addressOf(encodeURIComponent(odd));
    const terminal = await openTerminal({ databaseUrl, ledgerDatabaseUrl: own.ledgerUrl, redisUrl: undefined, folder });
    onTestFinished(terminal.close);
    const airport = (code: string) =>
      query(
        databaseUrl,
        `INSERT INTO public.organizations (id, code, name, "updatedAt") VALUES ('${code}', '${code}', '${code}', now())`,
      );
    const there = async () =>
      (await query(databaseUrl, 'SELECT code FROM public.organizations ORDER BY 1')).map(({ code }) => code);
    await airport('LHR');
    const words: string[] = [];
    for (const command of ['backup', 'restore latest', 'undo-restore', 'drill', 'restore latest --in-place']) {
      if (command === 'restore latest') await airport('SIN');
      const outcome = await terminal.types(command);
      words.push(`${outcome.kind}: ${(await there()).join(' ')}`);
      if (outcome.kind !== 'done') expect(said(outcome)).toBe(command);
    }
    expect(words).toEqual(['done: LHR', 'done: LHR', 'done: LHR SIN', 'done: LHR SIN', 'done: LHR']);
  }, 60_000);
});

describe('what belongs elsewhere', () => {
  test('is refused: another database’s and another environment’s backup, unless that is meant', async () => {
    const ground = await between();
    const is = async (path: string, value: string) =>
      void (await ground.ledger(
        `UPDATE backups SET manifest = jsonb_set(manifest, '${path}', '"${value}"') WHERE kind = 'manual'`,
      ));
    await is('{environment}', 'production');
    expect(said(await confirmed(ground, 'restore latest'))).toMatch(
      /in production, taken on .*; this is platform_\w+ in test\..*add --other-database/,
    );
    await is('{environment}', 'test');
    await is('{database,name}', 'hotel');
    expect(said(await confirmed(ground, 'restore latest'))).toMatch(/is of hotel in test, .*add --other-database/);
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await done(ground, 'restore latest --other-database')).toContain('is now backup');
    expect(await codes(ground)).toEqual(['LHR']);
  });

  test('is refused: a file that says that it is another database’s, unless that is meant', async () => {
    const ground = await between();
    const path = join(ground.elsewhere, 'other.dump');
    execFileSync('pg_dump', ['--format=custom', '--schema-only', `--file=${path}`, `--dbname=${ground.ledgerUrl}`]);
    const command = `restore ${path} --accept-foreign`;
    expect(said(await confirmed(ground, command))).toMatch(/is of the database platform_\w+_capops; this is platform_/);
    // What it then is, is not the platform.
    expect(said(await confirmed(ground, `${command} --other-database`))).toMatch(
      /cannot be read|which would belong to/,
    );
    expect([await codes(ground), await beside(ground)]).toEqual([['LHR', 'SIN'], []]);
  });

  test('is refused: the ledger’s own backup, whatever is meant', async () => {
    const ground = await between();
    await ground.types(OMAR, 'nightly');
    const [{ id } = {}] = await ground.ledger(`SELECT id FROM backups WHERE role = 'ledger'`);
    for (const more of ['', ' --other-database'])
      expect(said(await confirmed(ground, `restore ${id}${more}`))).toContain('is of CapOps’ own record');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
  });
});

describe('an encrypted backup', () => {
  test('is restored with its key; without it that is said, and it is not drilled', async () => {
    const identity = await generateX25519Identity();
    const folder = mkdtempSync(join(tmpdir(), 'capops-keys-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const identityFile = join(folder, 'identity.txt');
    writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 });
    const ground = await between({ identityFile, backups: { encryptTo: [await identityToRecipient(identity)] } });
    expect(ground.files().filter((name) => name.endsWith('.age'))).toHaveLength(1);
    const withKey = ground.backups;
    ground.backups = { ...withKey, identities: [] };
    const refused = await confirmed(ground, 'restore latest');
    expect([refused.kind, said(refused)]).toEqual([
      'refused',
      expect.stringContaining('is encrypted, and there is no key here'),
    ]);
    expect(said(await ground.types(OMAR, 'drill'))).toContain('was not drilled: it is encrypted');
    expect(await ground.ledger('SELECT proven_at FROM backups')).toEqual([{ proven_at: null }]);
    expect([await codes(ground), await beside(ground)]).toEqual([['LHR', 'SIN'], []]);
    ground.backups = withKey;
    await done(ground, 'restore latest');
    expect(await codes(ground)).toEqual(['LHR']);
  });
});

describe('a custom dump that is called .sql', () => {
  test('as the platform’s own script makes it, is restored as what it is', async () => {
    const ground = await between();
    const path = join(ground.elsewhere, 'backup-2026-11-22.sql');
    execFileSync('pg_dump', ['--format=custom', `--file=${path}`, `--dbname=${ground.platformUrl}`]);
    await ground.airports('LGW');
    expect(said(await confirmed(ground, `restore ${path}`))).toContain('add --accept-foreign');
    expect(await codes(ground)).toEqual(['LGW', 'LHR', 'SIN']);
    expect(await done(ground, `restore ${path} --accept-foreign`)).toContain('is now backup-2026-11-22.sql');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect((await ground.types(OMAR, 'grant SIN work')).kind).toBe('done');
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['LGW', 'LHR', 'SIN']);
  });

  test('whose restore is killed leaves no role, once somebody has looked', async () => {
    const ground = await between();
    const path = join(ground.elsewhere, 'killed.sql');
    execFileSync('pg_dump', ['--format=custom', `--file=${path}`, `--dbname=${ground.platformUrl}`]);
    const stage = await openStage(ground, undefined);
    const filling = { line: 'platform', on: /COPY public\.organizations .*FROM stdin/i, moment: 'before' } as const;
    const cell = { name: '', what: '', victim: 'CapOps', ...filling } as const;
    expect(await stage.play(`restore ${path} --accept-foreign`, cell)).toEqual({ isCaught: true, said: '' });
    const [{ role } = {}] = await ground.platform(
      `SELECT pg_get_userbyid(datdba) AS role FROM pg_database WHERE datname LIKE '${nameOf(ground)}\\_restore\\_%'`,
    );
    expect(role).toMatch(/^capops_foreign_/);
    ground.now = new Date();
    expect((await nextStart(ground)).join()).toContain('was cut off, and did not happen');
    expect(await ground.platform(`SELECT FROM pg_roles WHERE rolname = '${role}'`)).toEqual([]);
    expect([await beside(ground), await codes(ground)]).toEqual([[], ['LHR', 'SIN']]);
  });
});
