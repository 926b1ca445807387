import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { S3Settings } from '../../src/config/backups.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { type Ground, keysIn, openGround, RETENTION } from './backup-ground.ts';
import { ADA, OMAR, said, VERA } from './desk.ts';
import type { Stall } from './stalled-night.ts';

startObjectStore();

/** Kills CapOps, hard, when the first file of the night stands and its manifest is still to be written. */
async function killBetween(ground: Ground, given: Pick<Stall, 'offsite' | 'backups'>): Promise<void> {
  const { platformUrl: databaseUrl, ledgerUrl: ledgerDatabaseUrl, folder } = ground;
  const stall: Stall = { databaseUrl, ledgerDatabaseUrl, folder, ...given };
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'test/ops/stalled-night.ts'), JSON.stringify(stall)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const over = once(child, 'close');
  const [said] = await Promise.race([once(child.stdout, 'data'), over.then(() => ['it ended'])]);
  child.kill('SIGKILL');
  await over;
  expect(String(said).trim()).toBe('stalled');
  // What it held runs out by itself within a minute.
  await ground.ledger('DELETE FROM leases');
}

async function survives(where: 'local' | 'offsite', offsite: S3Settings | undefined): Promise<void> {
  const backups = { storage: where, retention: RETENTION };
  const ground = await openGround({ ...(offsite ? { offsite } : {}), backups });
  await killBetween(ground, { offsite, backups });
  const storage = where === 'local' ? ground.backups.local : ground.backups.offsite;
  if (!storage) throw new Error('there is no storage');
  const [left, ...others] = await keysIn(storage);
  expect([left, others]).toEqual([expect.stringMatching(/-nightly\.dump\.zst$/), []]);
  expect(said(await ground.types(VERA, 'backups'))).toContain('There is no backup yet.');
  expect(await ground.ledger('SELECT id FROM backups')).toEqual([]);

  ground.now = new Date();
  expect((await ground.types(OMAR, 'nightly')).kind).toBe('done');
  expect(await keysIn(storage)).toHaveLength(5);
  expect(await keysIn(storage)).toContain(left);

  ground.now = new Date(Date.now() + 8 * 86_400_000);
  const shown = await ground.types(ADA, 'prune');
  expect(shown.kind === 'preview' && shown.confirmLabel).toBe('Remove 1 leftover');
  const confirmation = (shown.kind === 'preview' && shown.confirmation) || '';
  expect(said(await ground.types(ADA, 'prune', { confirmation }))).toContain(`1 leftover from ${where}`);
  const keys = await keysIn(storage);
  expect([keys.includes(left ?? ''), keys.length]).toEqual([false, 4]);
}

describe('CapOps, killed between a backup’s file and its manifest, has no backup, and sweeps the file', () => {
  itNeeds(['postgresClient', 'zstd'], 'here', () => survives('local', undefined));

  itNeeds(['postgresClient', 'zstd', 'objectStore'], 'and off site', async () => {
    const { settings } = await makeBucket();
    await survives('offsite', settings);
  });
});
