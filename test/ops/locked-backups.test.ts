import { describe, expect, test } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { type Ground, keysIn, openGround, plant, plantNights } from './backup-ground.ts';
import { ADA, said, VERA } from './desk.ts';

startObjectStore();

const RULES = { daily: 3, weekly: 0, monthly: 0, manualDays: 7, safetyDays: 30 };
const DAY_MS = 86_400_000;

const prune = async (ground: Ground) => {
  const shown = await ground.types(ADA, 'prune');
  if (shown.kind !== 'preview' || shown.confirmation === undefined) return shown;
  return ground.types(ADA, 'prune', { confirmation: shown.confirmation });
};

describe('a backup that its storage has locked', () => {
  itNeeds('objectStore', 'is kept until the day that the store says, whatever the rules say', async () => {
    const { settings } = await makeBucket({ locks: true });
    const ground = await openGround({
      offsite: { ...settings, objectLock: 'GOVERNANCE' },
      backups: { retention: RULES },
    });
    const { offsite } = ground.backups;
    if (!offsite) throw new Error('there is no storage');
    const write = offsite.write;
    const until = new Date(ground.now.getTime() + 30 * DAY_MS);
    ground.backups = {
      ...ground.backups,
      offsite: { ...offsite, write: (key, content) => write(key, content, { retainUntil: until }) },
    };
    const lockedOne = await plantIn(ground, 6);
    ground.backups = { ...ground.backups, offsite };
    const freeOne = await plantIn(ground, 5);
    for (const ago of [3, 2, 1]) await plantIn(ground, ago);
    const shown = said(await ground.types(ADA, 'prune'));
    expect(shown).toContain('1 copy would be removed, and 4 copies kept.');
    expect(shown).toMatch(/locked in its storage until \d+ \w+ \d{4}/);
    const listed = await ground.types(VERA, 'backups');
    expect(said(listed)).toContain('"locked"');
    expect(said(await prune(ground))).toContain('1 backup from offsite');
    const keys = await keysIn(offsite);
    expect(keys).toContain(lockedOne);
    expect(keys).not.toContain(freeOne);
    // It goes when its time has come: the store itself counts by its own clock, so only the plan is looked at.
    ground.now = new Date(until.getTime() + DAY_MS);
    expect(said(await ground.types(ADA, 'prune'))).toContain('1 copy would be removed');
  });

  test('until somebody releases it there is kept', async () => {
    const ground = await openGround({ backups: { retention: RULES } });
    await plantNights(ground, 5);
    const { local } = ground.backups;
    ground.backups = { ...ground.backups, local: { ...local, lockOf: async () => 'further notice' } };
    expect(said(await prune(ground))).toContain('locked in its storage until somebody releases it there');
    expect((await keysIn(local)).length).toBe(10);
  });

  test('is asked for only where the rules would remove something; without an answer nothing goes', async () => {
    const ground = await openGround({ backups: { retention: RULES } });
    const nights = await plantNights(ground, 5);
    const { local } = ground.backups;
    const asked: string[] = [];
    const lockOf = async (key: string) => {
      asked.push(key);
      throw new StorageError('local', 'down', 'The storage local does not answer.');
    };
    ground.backups = { ...ground.backups, local: { ...local, lockOf } };
    const refusal =
      'local could not say what it has locked (The storage local does not answer.), so nothing is removed';
    expect(said(await ground.types(ADA, 'prune'))).toContain(refusal);
    expect(asked.toSorted()).toEqual(nights.slice(0, 2).map(({ copies }) => copies[0]?.key));
  });
});

async function plantIn(ground: Ground, ago: number): Promise<string> {
  const storage = ground.backups.offsite;
  if (!storage) throw new Error('there is no storage');
  const manifest = await plant(ground, { storage, takenAt: new Date(ground.now.getTime() - ago * DAY_MS) });
  return manifest.copies[0]?.key ?? '';
}
