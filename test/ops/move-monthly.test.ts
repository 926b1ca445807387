import { describe, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { moveMonthly } from '../../src/ops/backups/move-monthly.ts';
import { planStorages } from '../../src/ops/backups/plan-storages.ts';
import { syncCatalogue } from '../../src/ops/backups/sync-catalogue.ts';
import type { BackupDesk, BackupStorage } from '../../src/ports.ts';
import { httpPeer } from '../setup/http-peer.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { type Ground, keysIn, openGround, plant, realDump } from './backup-ground.ts';
import { ADA, OMAR, POLICY, said, TERMINAL, VERA } from './desk.ts';

startObjectStore();

const DAY_MS = 86_400_000;
const RULES = { daily: 2, weekly: 0, monthly: 12, manualDays: 7, safetyDays: 30 };
const NEEDS = ['postgresClient', 'zstd'] as const;
const KILLED = new Error('killed');

interface Stage {
  readonly ground: Ground;
  readonly offsite: BackupStorage;
  readonly archive: BackupStorage;
  /** Of the two that stay for the monthly rule alone, oldest first. */
  readonly monthly: readonly string[];
}

/** Off site and the archive are folders here: which kind of storage they are does not matter. */
async function stage(): Promise<Stage> {
  const ground = await openGround({
    backups: { storage: 'offsite', retention: RULES },
    settings: { policy: { ...POLICY, schedule: [] } },
  });
  ground.now = new Date('2026-11-22T12:00:00Z');
  const folder = (name: string) => openLocalStorage({ name, folder: `${ground.elsewhere}/${name}` });
  const [offsite, archive] = [folder('offsite'), folder('archive')];
  ground.backups = { ...ground.backups, offsite, archive };
  return { ground, offsite, archive, monthly: await plantMonths(ground) };
}

/** Two months’ last ones, whatever day it is, and the newest three, which stay for other reasons. */
async function plantMonths(ground: Ground): Promise<string[]> {
  const content = await realDump(ground);
  const keys: string[] = [];
  const { offsite: storage } = ground.backups;
  if (!storage) throw new Error('there is no storage');
  for (const ago of [85, 50, 3, 2, 1]) {
    const takenAt = new Date(ground.now.getTime() - ago * DAY_MS);
    const { copies } = await plant(ground, { storage, takenAt, content });
    keys.push(copies[0]?.key ?? '');
  }
  return keys.slice(0, 2);
}

const quiet = () => undefined;

function workOf({ databases, now }: Ground) {
  return {
    databases,
    clock: { now: () => now },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    settings: { environment: 'test', timeZone: 'UTC', policy: POLICY, backups: { retention: RULES } },
    signal: new AbortController().signal,
    progress: quiet,
    runId: undefined,
  };
}

/** What the night does behind its pruning. */
async function move(ground: Ground, desk: BackupDesk = ground.backups) {
  const work = workOf(ground);
  return moveMonthly(work, desk, await planStorages(work, await syncCatalogue(work, desk)));
}

const both = (key: string) => [key, `${key}.manifest.json`];
const keysOf = async (storage: BackupStorage, among: readonly string[]) =>
  (await keysIn(storage)).filter((key) => among.some((one) => key.startsWith(one)));

describe('what stays for the monthly rule alone', () => {
  itNeeds([...NEEDS], 'goes to the archive, is whole there, and nowhere else', async () => {
    const { ground, offsite, archive, monthly } = await stage();
    const moved = await move(ground);
    expect(moved.map(({ fileKey, fault }) => [fileKey, fault])).toEqual(monthly.map((key) => [key, undefined]));
    expect(await keysIn(archive)).toEqual(monthly.flatMap(both).sort());
    expect(await keysOf(offsite, monthly)).toEqual([]);
    expect(await keysIn(offsite)).toHaveLength(6);
    const listed = said(await ground.types(VERA, 'backups'));
    expect(listed).toMatch(/"archive","[^"]+","monthly 1 of 12/);
    const id = moved[0]?.id.slice(0, 8);
    expect(said(await ground.types(OMAR, `verify-backup ${id}`))).toContain(
      'is whole: every byte was read, in archive.',
    );
    expect(said(await ground.types(TERMINAL, `copy-backup ${id}`))).toContain('is off site already.');
    expect(said(await ground.types(ADA, 'prune'))).toContain('There is nothing to remove.');
    expect(await move(ground)).toEqual([]);
  });

  itNeeds([...NEEDS], 'goes altogether where the archive has a newer one of its month', async () => {
    const { ground, offsite, archive, monthly } = await stage();
    await move(ground);
    const takenAt = new Date(ground.now.getTime() - 51 * DAY_MS);
    const { id } = await plant(ground, { storage: offsite, takenAt, content: await realDump(ground) });
    expect((await move(ground)).map(({ id, unneeded, fault }) => [id, unneeded, fault])).toEqual([
      [id, 'a newer one of its month is kept', undefined],
    ]);
    expect(await keysIn(offsite)).toHaveLength(6);
    expect(await keysIn(archive)).toEqual(monthly.flatMap(both).sort());
    const [copy] = await ground.ledger(`SELECT state, removed_because FROM backup_copies WHERE backup_id = '${id}'`);
    expect(copy).toEqual({ state: 'removed', removed_because: 'in archive, a newer one of its month is kept' });
  });

  itNeeds([...NEEDS], 'stays where it is while it is pinned, or locked there', async () => {
    const { ground, archive, offsite, monthly } = await stage();
    await ground.types(VERA, 'backups');
    const [pinned] = await ground.ledger(`SELECT backup_id AS id FROM backup_copies WHERE key = '${monthly[0]}'`);
    await ground.types(TERMINAL, `pin ${pinned?.id} because of the audit`);
    const lockOf = async () => new Date(ground.now.getTime() + DAY_MS);
    expect(await move(ground, { ...ground.backups, offsite: { ...offsite, lockOf } })).toEqual([]);
    expect(await keysIn(archive)).toEqual([]);
    expect((await move(ground)).map(({ fileKey }) => fileKey)).toEqual([monthly[1]]);
  });

  itNeeds([...NEEDS], 'stays where it is when its copy in the archive is not whole', async () => {
    const { ground, archive, offsite, monthly } = await stage();
    const write: BackupStorage['write'] = async (key, _content, options) =>
      archive.write(key, cut(), key.endsWith('.json') ? options : {});
    const faulty = await move(ground, { ...ground.backups, archive: { ...archive, write } });
    expect(faulty.map(({ fault }) => fault)).toEqual(Array(2).fill(expect.stringContaining('is no good')));
    expect(await keysIn(archive)).toEqual([]);
    expect(await keysOf(offsite, monthly)).toHaveLength(4);
    expect(await ground.ledger('SELECT words FROM backup_alarms')).toEqual([
      { words: expect.stringContaining('could not be moved to archive') },
    ]);
    await move(ground);
    expect(await ground.ledger('SELECT words FROM backup_alarms')).toEqual([]);
  });

  itNeeds([...NEEDS], 'is not taken from where it is good for a copy that was found damaged since', async () => {
    const { ground, archive, offsite, monthly } = await stage();
    const dead = { ...offsite, remove: () => Promise.reject(KILLED) };
    await move(ground, { ...ground.backups, offsite: dead });
    const [key = ''] = monthly;
    await archive.write(
      `${key}.damaged.json`,
      (async function* () {
        yield Buffer.from(JSON.stringify({ fault: 'One byte is wrong.', since: new Date() }));
      })(),
    );
    await ground.ledger("DELETE FROM backup_copies WHERE storage = 'archive'");
    expect((await move(ground)).map(({ fault }) => fault)).toEqual(['its copy in archive is not whole', undefined]);
    expect(await keysOf(offsite, [key])).toEqual(both(key));
  });

  for (let last = 1; last <= 4; last++) {
    itNeeds(
      [...NEEDS],
      `is good somewhere though CapOps dies at its step ${last} of 4, and the next night goes on`,
      async () => {
        const { ground, offsite, archive, monthly } = await stage();
        let step = 0;
        const dying = (storage: BackupStorage): BackupStorage => {
          const act = <T>(work: () => Promise<T>, counts: boolean): Promise<T> => {
            step += counts ? 1 : 0;
            return step >= last ? Promise.reject(KILLED) : work();
          };
          return {
            ...storage,
            write: (...args) => act(() => storage.write(...args), true),
            // What is there of a copy that fails is taken back: that counts as no step, and a dead process does none of it.
            remove: (keys) => act(() => storage.remove(keys), storage === offsite),
          };
        };
        await move(ground, { ...ground.backups, offsite: dying(offsite), archive: dying(archive) });
        const [key = ''] = monthly;
        const whole = (storage: BackupStorage) => keysOf(storage, [key]).then((keys) => keys.length === 2);
        expect([await whole(offsite), await whole(archive)]).toContain(true);
        await move(ground);
        expect(await keysIn(archive)).toEqual(monthly.flatMap(both).sort());
        ground.now = new Date(Date.now() + 8 * DAY_MS);
        const shown = await ground.types(ADA, 'prune');
        const confirmation = (shown.kind === 'preview' && shown.confirmation) || '';
        if (confirmation) await ground.types(ADA, 'prune', { confirmation });
        expect(await keysOf(offsite, monthly)).toEqual([]);
        expect(await keysIn(archive)).toEqual(monthly.flatMap(both).sort());
      },
    );
  }
});

async function* cut(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('cut');
}

describe('in a real store', () => {
  for (const [where, isOther] of [
    ['another bucket', true],
    ['another class of the same bucket', false],
  ] as const) {
    const title = `the night moves monthly ones to ${where}, copied by the store itself`;
    const moves = async () => {
      const { settings } = await makeBucket();
      const { settings: other } = await makeBucket();
      const peer = await httpPeer(settings.endpoint ?? '');
      const monthly = isOther ? { bucket: other.bucket } : { storageClass: 'STANDARD' };
      const ground = await openGround({
        offsite: { ...settings, endpoint: peer.endpoint },
        // The newest three, on the first days of a month too.
        backups: { storage: 'offsite', retention: { ...RULES, daily: 3 }, monthly },
      });
      const keys = await plantMonths(ground);
      peer.asked.length = 0;
      const night = await ground.types(OMAR, 'nightly');
      await peer.close();
      expect(said(night)).toContain('2 monthly ones are in archive now.');
      const at = isOther ? `/${other.bucket}` : `/${settings.bucket}/archive`;
      const files = peer.asked.filter((line) =>
        keys.some((key) => line.includes(`/${key}`) && !line.includes('.json')),
      );
      for (const key of keys) {
        const own = files.filter((line) => line.includes(key)).map((line) => line.split('?')[0]);
        expect(own).toContain(`PUT ${at}/${key}`);
        expect(own).toContain(`GET ${at}/${key}`);
        expect(own).not.toContain(`GET /${settings.bucket}/${key}`);
      }
    };
    itNeeds([...NEEDS, 'objectStore'], title, moves, { timeoutSeconds: 60 });
  }
});

test('without a place for them, they stay', async () => {
  const ground = await openGround();
  expect(await move(ground)).toEqual([]);
});
