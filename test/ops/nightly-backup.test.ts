import { describe, expect } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { CancelledError } from '../../src/ops/service/cancellation.ts';
import type { Actor, BackupStorage, DumpSource } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { type Ground, keysIn, openGround, plantNights } from './backup-ground.ts';
import { ADA, OMAR, POLICY, said } from './desk.ts';

const NEEDS = ['postgresClient', 'zstd'] as const;
const FEW = { daily: 3, weekly: 0, monthly: 0, manualDays: 7, safetyDays: 30 };
const SCHEDULE: Actor = { id: 'schedule:nightly-backup', name: 'nightly-backup', face: 'schedule' };

/** Where it is noon: what the server's clock dates and what the desk's does are of one day, and of one night. */
const timeZone = whereItIsNoon(new Date());

const ENTRY = {
  ...{ name: 'nightly-backup', operation: 'nightly-backup', cron: '0 2 * * *', timeZone },
  ...{ input: {}, channel: undefined, catchUpMs: 3_600_000 },
};

/** Off site is another folder here: which kind of storage it is does not matter. */
async function groundForNights(): Promise<Ground & { readonly offsite: BackupStorage }> {
  const policy = { ...POLICY, schedule: [ENTRY] };
  const ground = await openGround({ backups: { storage: 'both', retention: FEW }, settings: { policy, timeZone } });
  // What is made meanwhile is not of the future.
  ground.now = new Date(ground.now.getTime() + 60_000);
  const offsite = openLocalStorage({ name: 'offsite', folder: `${ground.elsewhere}/offsite` });
  ground.backups = { ...ground.backups, offsite };
  return Object.defineProperty(ground, 'offsite', { value: offsite }) as never;
}

const night = (ground: Ground, actor: Actor = OMAR) => ground.types(actor, 'nightly');
const copies = (ground: Ground) =>
  ground.ledger(`SELECT role, storage, state FROM backup_copies JOIN backups ON id = backup_id ORDER BY role, storage`);

describe('nightly', () => {
  itNeeds([...NEEDS], 'backs up the platform and the ledger, here and off site, and prunes then', async () => {
    const ground = await groundForNights();
    await plantNights(ground, 5);
    const outcome = await night(ground);
    expect(said(outcome)).toMatch(/platform_\w+ and platform_\w+_capops are backed up, and were read back whole\./);
    const { platform, ledger } = ground.backups.sources;
    const local = await keysIn(ground.backups.local);
    for (const { database } of [platform, ledger]) {
      const name = new RegExp(`^backups/${database}/[\\dT-]+Z-nightly\\.dump\\.zst$`);
      expect(await keysIn(ground.offsite)).toContainEqual(expect.stringMatching(name));
      expect(local).toContainEqual(expect.stringMatching(name));
    }
    expect(local.filter((key) => key.startsWith(`backups/${platform.database}/`) && key.endsWith('.zst'))).toHaveLength(
      3,
    );
    expect(said(outcome)).toContain('3 old copies that no rule keeps went.');
    expect(ground.complaints).toEqual([]);
  });

  itNeeds([...NEEDS], 'prunes nothing where one of them could not be made, and backs up the other', async () => {
    const ground = await groundForNights();
    await plantNights(ground, 5);
    const { sources } = ground.backups;
    ground.backups = { ...ground.backups, sources: { ...sources, platform: broken(sources.platform) } };
    expect((await night(ground)).kind).toBe('failed');
    const local = await keysIn(ground.backups.local);
    expect(
      local.filter((key) => key.startsWith(`backups/${sources.platform.database}/`) && key.endsWith('.zst')),
    ).toHaveLength(5);
    expect(local.filter((key) => key.startsWith(`backups/${sources.ledger.database}/`))).toHaveLength(2);
  });

  itNeeds([...NEEDS], 'takes what a wrong clock has dated in the future for no try of this night', async () => {
    const ground = await groundForNights();
    const { now } = ground;
    ground.now = new Date(now.getTime() + 365 * 86_400_000);
    expect((await night(ground, SCHEDULE)).kind).toBe('done');
    ground.now = now;
    expect((await night(ground, SCHEDULE)).kind).toBe('done');
    for (const { database } of Object.values(ground.backups.sources))
      expect((await keysIn(ground.backups.local)).filter((key) => key.startsWith(`backups/${database}/`))).toHaveLength(
        4,
      );
  });

  itNeeds([...NEEDS], 'tried again by the schedule, it makes only what is lacking', async () => {
    const ground = await groundForNights();
    const { sources } = ground.backups;
    ground.backups = { ...ground.backups, sources: { ...sources, platform: broken(sources.platform) } };
    expect((await night(ground, SCHEDULE)).kind).toBe('failed');
    ground.backups = { ...ground.backups, sources };
    expect((await night(ground, SCHEDULE)).kind).toBe('done');
    const local = await keysIn(ground.backups.local);
    for (const { database } of Object.values(sources))
      expect(local.filter((key) => key.startsWith(`backups/${database}/`))).toHaveLength(2);
  });

  itNeeds([...NEEDS], 'a copy that fails stays wanted, is told, and is made by the next night', async () => {
    const ground = await groundForNights();
    const { offsite } = ground;
    const write: BackupStorage['write'] = async () => {
      throw new Error('The storage offsite does not answer.');
    };
    ground.backups = { ...ground.backups, offsite: { ...offsite, write } };
    const outcome = await night(ground);
    expect(said(outcome)).toContain('The copy off site failed: The storage offsite does not answer.');
    expect(outcome.kind === 'done' && outcome.report.tone).toBe('attention');
    expect((await copies(ground)).map(({ storage, state }) => `${storage} ${state}`)).toEqual([
      'local good',
      'offsite wanted',
      'local good',
      'offsite wanted',
    ]);
    ground.backups = { ...ground.backups, offsite };
    ground.now = new Date(ground.now.getTime() + 86_400_000);
    await night(ground);
    expect((await copies(ground)).filter(({ state }) => state !== 'good')).toEqual([]);
    expect((await keysIn(offsite)).filter((key) => key.endsWith('.zst'))).toHaveLength(4);
  });

  itNeeds([...NEEDS], 'cancelled behind the first backup, it says which there is', async () => {
    const ground = await groundForNights();
    const { sources } = ground.backups;
    const ending = new AbortController();
    const inspect: DumpSource['inspect'] = async () => {
      ending.abort(new CancelledError('Eve'));
      throw new Error('stopped');
    };
    ground.backups = { ...ground.backups, sources: { ...sources, ledger: { ...sources.ledger, inspect } } };
    const outcome = await ground.types(OMAR, 'nightly', { signal: ending.signal });
    const [{ id } = {}] = await ground.ledger('SELECT id FROM backups');
    const { database } = sources.platform;
    expect(said(outcome)).toBe(
      `Eve cancelled this. ${database} was backed up (${String(id).slice(0, 8)}, local). ${database}_capops was not. ` +
        'Nothing was pruned. “nightly” does the night’s work anew.',
    );
  });

  itNeeds([...NEEDS], 'cancelled while it prunes, it says how far that is', async () => {
    const ground = await groundForNights();
    await plantNights(ground, 5);
    const ending = new AbortController();
    const remove: BackupStorage['remove'] = async (keys) => {
      if (!keys.some((key) => key.endsWith('.dump.zst'))) return local.remove(keys);
      ending.abort(new CancelledError('Eve'));
      throw new Error('cut off');
    };
    const { local } = ground.backups;
    ground.backups = { ...ground.backups, local: { ...local, remove } };
    const outcome = await ground.types(OMAR, 'nightly', { signal: ending.signal });
    expect(said(outcome)).toMatch(
      /_capops was backed up \(\w+, local\)\. 3 of 3 backups were removed\. “nightly” does/,
    );
  });

  itNeeds([...NEEDS], 'prunes nothing while changes are frozen', async () => {
    const ground = await groundForNights();
    await plantNights(ground, 5);
    await ground.types(ADA, 'freeze because we move');
    expect(said(await night(ground))).toContain('Nothing was pruned. Changes are frozen, because we move.');
  });
});

/** The signs of these zones are the other way round: Etc/GMT-3 is three hours ahead. */
function whereItIsNoon(now: Date): string {
  const ahead = 12 - now.getUTCHours();
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

function broken(source: DumpSource): DumpSource {
  return { ...source, inspect: () => Promise.reject(new Error('the server is being restarted')) };
}
