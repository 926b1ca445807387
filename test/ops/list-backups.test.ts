import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BackupStorage } from '../../src/ports.ts';
import { type Ground, openGround, plant, plantNights } from './backup-ground.ts';
import { ADA, said, TERMINAL, VERA } from './desk.ts';

const rowsOf = async (ground: Ground) => {
  const outcome = await ground.types(VERA, 'backups');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  const table = outcome.report.parts?.find((part) => part.kind === 'table');
  return { title: outcome.report.title, rows: table?.kind === 'table' ? table.rows : [], text: said(outcome) };
};

describe('backups', () => {
  test('says where there is none', async () => {
    const ground = await openGround();
    expect((await rowsOf(ground)).title).toBe('There is no backup yet.');
  });

  test('lists the newest first: age, size, where, what keeps it, whether it was ever restored', async () => {
    const ground = await openGround();
    const [old, last] = await plantNights(ground, 2);
    const { title, rows } = await rowsOf(ground);
    expect(title).toMatch(/^2 backups; the last good one, of platform_\w+, is 24 hours old\.$/);
    expect(rows.map(([id]) => id)).toEqual([last?.id.slice(0, 8), old?.id.slice(0, 8)]);
    const [, of, , age, size, where, , stays, restored] = rows[0] ?? [];
    expect([of, age, size, where, stays, restored]).toEqual([
      expect.stringMatching(/^platform_\w+ \(nightly\)$/),
      '24 hours',
      '51 B',
      'local',
      expect.stringContaining('daily 1 of 7, weekly 1 of 4, monthly 1 of 12'),
      'never',
    ]);
  });

  test('offers whoever may restore to do so, with the newest of the platform', async () => {
    const ground = await openGround();
    const [, last] = await plantNights(ground, 2);
    const offersTo = async (actor: typeof ADA) => {
      const outcome = await ground.types(actor, 'backups');
      return outcome.kind === 'done' ? outcome.report.offers : said(outcome);
    };
    expect(await offersTo(ADA)).toMatchObject([
      { operation: 'restore', input: { backup: last?.id.slice(0, 8) }, form: true },
    ]);
    expect(await offersTo(VERA)).toEqual([]);
  });

  test('a ledger that was lost is filled again from the manifests', async () => {
    const ground = await openGround();
    const [one] = await plantNights(ground, 1);
    await rowsOf(ground);
    await ground.types(TERMINAL, `pin ${one?.id} because of the audit`);
    await ground.ledger('DELETE FROM backup_copies');
    await ground.ledger('DELETE FROM backups');
    const { rows } = await rowsOf(ground);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.at(-2)).toBe('pinned: of the audit');
    expect(await ground.ledger('SELECT id, pinned_because FROM backups')).toEqual([
      { id: one?.id, pinned_because: 'of the audit' },
    ]);
    expect(await ground.ledger('SELECT state, verified_at FROM backup_copies')).toEqual([
      { state: 'good', verified_at: one?.verified.at },
    ]);
  });

  test('reads each manifest once', async () => {
    const ground = await openGround();
    await plantNights(ground, 3);
    const read: string[] = [];
    const { local } = ground.backups;
    const spy: BackupStorage['read'] = (key, options) => {
      read.push(key);
      return local.read(key, options);
    };
    ground.backups = { ...ground.backups, local: { ...local, read: spy } };
    await rowsOf(ground);
    expect(read).toHaveLength(3);
    await rowsOf(ground);
    expect(read).toHaveLength(3);
  });

  test('one that its storage no longer names is told, and stays on record', async () => {
    const ground = await openGround();
    const [one] = await plantNights(ground, 2);
    await rowsOf(ground);
    rmSync(join(ground.folder, one?.copies[0]?.key ?? ''));
    const { rows, text } = await rowsOf(ground);
    expect(rows[1]?.[5]).toBe('local (not found)');
    expect(text).toContain(`“verify-backup ${one?.id.slice(0, 8)}” looks for it`);
    expect(await ground.ledger(`SELECT state FROM backup_copies WHERE backup_id = '${one?.id}'`)).toEqual([
      { state: 'good' },
    ]);
  });

  test('a storage that does not answer is told, and hides nothing', async () => {
    const ground = await openGround();
    await plantNights(ground, 1);
    await rowsOf(ground);
    const list: BackupStorage['list'] = async function* () {
      yield* [];
      throw new Error('The storage local does not answer.');
    };
    ground.backups = { ...ground.backups, local: { ...ground.backups.local, list } };
    const { rows, text } = await rowsOf(ground);
    expect(rows.map((row) => row[5])).toEqual(['local']);
    expect(text).toContain('local could not be listed: The storage local does not answer.');
  });

  test('an object that was cut to another size is damaged', async () => {
    const ground = await openGround();
    const [one] = await plantNights(ground, 1);
    const key = one?.copies[0]?.key ?? '';
    await ground.backups.local.remove([key]);
    await plantText(ground, key, 'cut');
    expect((await rowsOf(ground)).rows[0]?.[5]).toBe('local (damaged)');
  });

  test('what is not ours is not listed, and a manifest that is none is told', async () => {
    const ground = await openGround();
    await plantNights(ground, 1);
    await plantText(ground, 'holiday.jpg', 'x');
    await plantText(ground, 'backups/other/broken.dump.manifest.json', '{');
    const { rows, text } = await rowsOf(ground);
    expect(rows).toHaveLength(1);
    expect(text).toContain('broken.dump.manifest.json in local cannot be read');
    expect(text).not.toContain('holiday');
  });

  test('one that somebody has copied within its storage is one', async () => {
    const ground = await openGround();
    const takenAt = new Date(ground.now.getTime() - 1000);
    const { id } = await plant(ground, { takenAt });
    await plant(ground, { takenAt, id, key: 'mine/copy.dump.zst' });
    expect((await rowsOf(ground)).rows.map(([shown]) => shown)).toEqual([id.slice(0, 8)]);
    expect((await rowsOf(ground)).rows).toHaveLength(1);
  });

  test('as JSON it has everything', async () => {
    const ground = await openGround();
    const one = await plant(ground, { takenAt: new Date(ground.now.getTime() - 1000), kind: 'manual' });
    const outcome = await ground.types(VERA, 'backups');
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    const operation = ground.service.find('list-backups');
    expect(operation?.json?.(outcome.data)).toMatchObject([
      {
        id: one.id,
        tables: { 'public.organizations': 2 },
        copies: [{ storage: 'local', state: 'good' }],
        provenAt: null,
      },
    ]);
    expect(operation?.csv?.(outcome.data)[1]?.slice(0, 6)).toContain(one.id);
  });
});

async function plantText(ground: Ground, key: string, text: string): Promise<void> {
  await ground.backups.local.write(
    key,
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
}
