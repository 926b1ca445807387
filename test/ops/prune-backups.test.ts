import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BackupStorage } from '../../src/ports.ts';
import { type Ground, openGround, plant, plantNights } from './backup-ground.ts';
import { ADA, OMAR, said, TERMINAL } from './desk.ts';

const FEW = { retention: { daily: 3, weekly: 0, monthly: 0, manualDays: 7, safetyDays: 30 } };

const look = async (ground: Ground) => {
  const outcome = await ground.types(ADA, 'prune');
  if (outcome.kind !== 'preview') throw new Error(said(outcome));
  return outcome;
};
const prune = async (ground: Ground, confirmation?: string) =>
  ground.types(ADA, 'prune', { confirmation: confirmation ?? (await look(ground)).confirmation ?? '' });
const dumps = (ground: Ground) => ground.files().filter((file) => file.endsWith('.dump.zst'));
const statesOf = async (ground: Ground) =>
  Object.fromEntries(
    (await ground.ledger('SELECT backup_id AS id, state FROM backup_copies')).map(({ id, state }) => [id, state]),
  );

describe('prune', () => {
  test('shows what goes and why, removes exactly that, and says so on record', async () => {
    const ground = await openGround({ backups: FEW });
    const nights = await plantNights(ground, 5);
    const preview = await look(ground);
    expect(preview.report.title).toBe('2 copies would be removed, and 3 copies kept.');
    expect(preview.confirmLabel).toBe('Remove 2 copies');
    expect(said(preview)).toContain('3 newer days are kept');
    expect(dumps(ground)).toHaveLength(5);
    const outcome = await prune(ground, preview.confirmation);
    expect(said(outcome)).toContain('Removed: 2 backups from local.');
    expect(ground.files()).toHaveLength(6);
    const states = await statesOf(ground);
    expect(nights.map(({ id }) => states[id])).toEqual(['removed', 'removed', 'good', 'good', 'good']);
    const [{ after }] = (await ground.ledger(
      "SELECT after FROM audit_log WHERE operation = 'prune-backups' AND outcome = 'done'",
    )) as [{ after: unknown }];
    expect(JSON.stringify(after)).toContain(nights[0]?.id);
    expect((await look(ground)).confirmLabel).toBeUndefined();
  });

  test('what has changed since the preview is shown anew, and nothing is removed', async () => {
    const ground = await openGround({ backups: FEW });
    await plantNights(ground, 5);
    const { confirmation } = await look(ground);
    await plant(ground, { takenAt: ground.now });
    const outcome = await prune(ground, confirmation);
    expect(outcome).toMatchObject({ kind: 'preview', moved: true });
    expect(dumps(ground)).toHaveLength(6);
  });

  test('what changes at the last moment is shown anew, too', async () => {
    const ground = await openGround({ backups: FEW });
    await plantNights(ground, 5);
    const { confirmation } = await look(ground);
    const { local } = ground.backups;
    let looks = 0;
    const list: BackupStorage['list'] = async function* (prefix) {
      looks += 1;
      if (looks === 1) await plant(ground, { storage: local, takenAt: ground.now });
      yield* local.list(prefix);
    };
    ground.backups = { ...ground.backups, local: { ...local, list } };
    expect(await prune(ground, confirmation)).toMatchObject({ kind: 'preview', moved: true });
    expect(dumps(ground)).toHaveLength(6);
  });

  test('is for admins', async () => {
    const ground = await openGround();
    expect((await ground.types(OMAR, 'prune')).kind).toBe('denied');
  });

  test('pinned ones stay, and those dated in the future, and those of another environment', async () => {
    const ground = await openGround({ backups: FEW });
    const [first, second] = await plantNights(ground, 6);
    const future = await plant(ground, { takenAt: new Date(ground.now.getTime() + 86_400_000 * 400) });
    const other = await plant(ground, { takenAt: new Date('2020-01-01T02:00:00Z'), environment: 'staging' });
    await ground.types(TERMINAL, `pin ${first?.id} because it is the one`);
    await prune(ground);
    const states = await statesOf(ground);
    expect([first, second, future, other].map((one) => states[one?.id ?? ''])).toEqual([
      'good',
      'removed',
      'good',
      'good',
    ]);
    await ground.types(TERMINAL, `unpin ${first?.id}`);
    await prune(ground);
    expect((await statesOf(ground))[first?.id ?? '']).toBe('removed');
  });

  test('a listing that is shorter than the catalogue stops it, until somebody has looked for what is missing', async () => {
    const ground = await openGround({ backups: FEW });
    const [, , , fourth] = await plantNights(ground, 6);
    await look(ground);
    for (const ending of ['', '.manifest.json']) rmSync(join(ground.folder, `${fourth?.copies[0]?.key}${ending}`));
    const preview = await look(ground);
    expect(preview.confirmLabel).toBeUndefined();
    expect(said(preview)).toMatch(/listed 5 of the 6 backups that the catalogue has there, so nothing is removed/);
    const found = await ground.types(ADA, `verify-backup ${fourth?.id.slice(0, 8)}`);
    expect(said(found)).toContain('is gone in local');
    expect((await look(ground)).confirmLabel).toBe('Remove 2 copies');
  });

  test('a listing that fails stops it', async () => {
    const ground = await openGround({ backups: FEW });
    await plantNights(ground, 6);
    const { local } = ground.backups;
    const list: BackupStorage['list'] = async function* (prefix) {
      for await (const object of local.list(prefix)) yield object;
      throw new Error('cut off');
    };
    ground.backups = { ...ground.backups, local: { ...local, list } };
    expect(said(await look(ground))).toContain('local could not be listed');
  });

  test('what cannot be removed is told, and is a backup still', async () => {
    const ground = await openGround({ backups: FEW });
    const nights = await plantNights(ground, 5);
    const { local } = ground.backups;
    const stuck = `${nights[0]?.copies[0]?.key}.manifest.json`;
    const remove: BackupStorage['remove'] = async (keys) => {
      const done = await local.remove(keys.filter((key) => key !== stuck));
      return keys.includes(stuck) ? { ...done, failed: [{ key: stuck, reason: 'it is locked' }] } : done;
    };
    ground.backups = { ...ground.backups, local: { ...local, remove } };
    const outcome = await prune(ground);
    expect(said(outcome)).toContain('could not be removed: it is locked');
    expect(outcome.kind === 'done' && outcome.report.broken).toBe(true);
    expect(dumps(ground)).toHaveLength(4);
    const states = await statesOf(ground);
    expect(nights.slice(0, 2).map(({ id }) => states[id])).toEqual(['good', 'removed']);
  });

  test('one that was cut off is taken up by the next', async () => {
    const ground = await openGround({ backups: FEW });
    const nights = await plantNights(ground, 6);
    const { local } = ground.backups;
    const remove: BackupStorage['remove'] = async (keys) => {
      if (keys.some((key) => key.endsWith('.dump.zst'))) throw new Error('killed');
      return local.remove(keys.slice(0, 1)).then(() => Promise.reject(new Error('killed')));
    };
    ground.backups = { ...ground.backups, local: { ...local, remove } };
    expect((await prune(ground)).kind).toBe('failed');
    ground.backups = { ...ground.backups, local };
    await prune(ground);
    expect(dumps(ground)).toHaveLength(4);
    const states = await statesOf(ground);
    expect(nights.map(({ id }) => states[id])).toEqual(['removed', 'removed', 'removed', 'good', 'good', 'good']);
    ground.now = new Date(Date.now() + 8 * 86_400_000);
    const preview = await look(ground);
    expect(preview.confirmLabel).toBe('Remove 1 leftover');
    await prune(ground, preview.confirmation);
    expect(dumps(ground)).toHaveLength(3);
  });

  test('a damaged one goes with the note that says so; a note about nothing is a leftover', async () => {
    const ground = await openGround({ backups: FEW });
    const [first] = await plantNights(ground, 10);
    const path = join(ground.folder, first?.copies[0]?.key ?? '');
    const damage = { fault: 'One byte is wrong.', since: new Date(ground.now.getTime() - 8 * 86_400_000) };
    writeFileSync(`${path}.damaged.json`, JSON.stringify(damage));
    const stray = join(dirname(path), '2026-01-01T02-00-00Z-nightly.dump.zst.damaged.json');
    writeFileSync(stray, '{');
    utimesSync(stray, damage.since, damage.since);
    const preview = await look(ground);
    expect(said(preview)).toContain('found damaged on');
    await prune(ground, preview.confirmation);
    expect([existsSync(path), existsSync(`${path}.damaged.json`), existsSync(stray)]).toEqual([false, false, false]);
  });

  test('leftovers older than a week go, and nothing that CapOps did not make', async () => {
    const ground = await openGround();
    await plantNights(ground, 1);
    const database = ground.backups.sources.platform.database;
    const folder = join(ground.folder, 'backups', database);
    mkdirSync(folder, { recursive: true });
    const old = new Date(ground.now.getTime() - 8 * 86_400_000);
    const put = (name: string, at: Date) => {
      writeFileSync(join(folder, name), 'x');
      utimesSync(join(folder, name), at, at);
      return join(folder, name);
    };
    const left = put('2026-01-01T02-00-00Z-nightly.dump.zst', old);
    const fresh = put('2026-01-02T02-00-00Z-nightly.dump.zst', ground.now);
    const mine = put('my-own.dump.zst', old);
    const partial = put('2026-01-03T02-00-00Z-nightly.dump.zst.ab12cd34.partial', old);
    expect(said(await prune(ground))).toContain('2 leftovers from local');
    expect([left, fresh, mine, partial].map((path) => existsSync(path))).toEqual([false, true, true, false]);
  });

  test('thousands go in few calls', async () => {
    const ground = await openGround({ backups: FEW });
    const calls: number[] = [];
    const { local } = ground.backups;
    const storage = { ...local, write: (key: string, content: AsyncIterable<Uint8Array>) => put(ground, key, content) };
    for (let hour = 1; hour <= 1200; hour++)
      await plant(ground, { storage, takenAt: new Date(ground.now.getTime() - hour * 3_600_000) });
    const remove: BackupStorage['remove'] = (keys) => {
      calls.push(keys.length);
      return local.remove(keys);
    };
    ground.backups = { ...ground.backups, local: { ...local, remove } };
    await prune(ground);
    expect(calls.filter((count) => count > 0).length).toBeLessThanOrEqual(4);
    expect(dumps(ground).length).toBeLessThan(6);
  }, 60_000);
});

/** Faster than a storage, which waits for the disk. */
async function put({ folder }: Ground, key: string, content: AsyncIterable<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), bytes);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
