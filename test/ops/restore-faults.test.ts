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
import { OMAR, said, TERMINAL } from './desk.ts';
import { beside, between, codes, confirmed, done, FORCED } from './restore-ground.ts';
import { openTerminal } from './restore-terminal.ts';
import { openWriter, query } from './restore-writer.ts';

const SOON = { timeout: 10_000, interval: 10 };
const nameOf = (ground: Ground) => new URL(ground.platformUrl).pathname.slice(1);

describe('one at a time', () => {
  test('of two restores at once one is made, and the other hears who is at it', async () => {
    const ground = await between();
    const both = await Promise.all([confirmed(ground, 'restore latest'), confirmed(ground, 'restore latest')]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
    const refused = both.find(({ kind }) => kind === 'refused');
    expect(refused && said(refused)).toMatch(
      /at work on database platform_\w+: root \(cli:root@desk\) with restore, since/,
    );
    expect([await codes(ground), await beside(ground)]).toEqual([['LHR'], ['before']]);
  });

  test('while a backup runs there is no restore', async () => {
    const ground = await between();
    const shown = await ground.types(TERMINAL, 'restore latest', FORCED);
    const confirmation = (shown.kind === 'preview' && shown.confirmation) || '';
    const backup = ground.types(OMAR, 'nightly');
    const held = `SELECT work FROM leases WHERE held_until > now() AND resource = 'database ${nameOf(ground)}'`;
    await expect.poll(() => query(ground.ledgerUrl, held), SOON).toEqual([{ work: 'nightly-backup' }]);
    const refused = await ground.types(TERMINAL, 'restore latest', { ...FORCED, confirmation });
    expect(said(refused)).toMatch(/Somebody is at work on database platform_\w+: .* with nightly-backup/);
    expect((await backup).kind).toBe('done');
    expect([await codes(ground), await beside(ground)]).toEqual([['LHR', 'SIN'], []]);
  });
});

describe('a platform that writes the whole time', () => {
  for (const way of ['', ' --in-place']) {
    test(`loses nothing that was acknowledged${way ? ', nor in place' : ''}`, async () => {
      const first = async (ground: Ground) =>
        void (await ground.platform('CREATE TABLE public.counter (n int PRIMARY KEY)'));
      const ground = await between({ first });
      const writer = openWriter(ground.platformUrl);
      const { url, close } = { url: ground.platformUrl, close: writer.stop };
      await expect.poll(() => writer.acknowledged().length, SOON).toBeGreaterThan(20);
      await done(ground, `restore latest${way}`);
      const after = writer.acknowledged().length;
      await expect.poll(() => writer.acknowledged().length, SOON).toBeGreaterThan(after + 20);
      await close();
      const [{ former = '' } = {}] = await ground.ledger('SELECT former FROM restores');
      const live = await numbers(url, 'public.counter');
      const aside = /public_before_\w+/.exec(String(former))?.[0];
      const kept = aside
        ? await numbers(url, `${aside}.counter`)
        : await numbers(addressOf(String(former)), 'public.counter');
      const has = new Set([...live, ...kept]);
      expect(writer.acknowledged().filter((n) => !has.has(n))).toEqual([]);
      const inLive = new Set(live);
      expect(
        writer
          .acknowledged()
          .slice(after)
          .filter((n) => !inLive.has(n)),
      ).toEqual([]);
    });
  }
});

const numbers = async (url: string, table: string) =>
  (await query(url, `SELECT n FROM ${table} ORDER BY n`)).map(({ n }) => Number(n));

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
});
