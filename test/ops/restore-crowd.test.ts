import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { addressOf } from '../setup/database.ts';
import type { Ground } from './backup-ground.ts';
import { OMAR, said, TERMINAL } from './desk.ts';
import { beside, between, codes, confirmed, done, FORCED } from './restore-ground.ts';
import { openWriter, query } from './restore-writer.ts';

const SOON = { timeout: 10_000, interval: 10 };

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
    // It cannot be noted, and is not over, before the restore has asked.
    const holder = new Client({ connectionString: ground.ledgerUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE backups IN SHARE MODE');
    const backup = ground.types(OMAR, 'nightly');
    const held = `SELECT work FROM leases WHERE held_until > now() AND resource = 'database ${new URL(ground.platformUrl).pathname.slice(1)}'`;
    await expect.poll(() => query(ground.ledgerUrl, held), SOON).toEqual([{ work: 'nightly-backup' }]);
    const refused = await ground.types(TERMINAL, 'restore latest', { ...FORCED, confirmation });
    expect(said(refused)).toMatch(/Somebody is at work on database platform_\w+: .* with nightly-backup/);
    await holder.end();
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
      await expect.poll(() => writer.acknowledged().length, SOON).toBeGreaterThan(20);
      await done(ground, `restore latest${way}`);
      const after = writer.acknowledged().length;
      await expect.poll(() => writer.acknowledged().length, SOON).toBeGreaterThan(after + 20);
      await writer.stop();
      const [{ former = '' } = {}] = await ground.ledger('SELECT former FROM restores');
      const live = await numbers(ground.platformUrl, 'public.counter');
      const aside = /public_before_\w+/.exec(String(former))?.[0];
      const kept = aside
        ? await numbers(ground.platformUrl, `${aside}.counter`)
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
