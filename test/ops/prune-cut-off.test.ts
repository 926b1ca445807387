import { afterEach, describe, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import type { BackupManifest } from '../../src/domain/backup-manifest.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { CancelledError, HandedBackError } from '../../src/ops/service/cancellation.ts';
import { createService, type OpsService } from '../../src/ops/service/service.ts';
import type { BackupStorage } from '../../src/ports.ts';
import { type Ground, keysIn, openGround, plant } from './backup-ground.ts';
import { goneStart, startOf } from './crew.ts';
import { ADA, POLICY, said } from './desk.ts';

const FEW = { retention: { daily: 3, weekly: 0, monthly: 0, manualDays: 7, safetyDays: 30 } };
const NIGHT_MS = 86_400_000;

interface Stage {
  readonly ground: Ground;
  readonly offsite: BackupStorage;
  /** Oldest first, each in both storages. */
  readonly nights: readonly BackupManifest[];
}

/** Two storages with five nights each, of which two go. */
async function stage(): Promise<Stage> {
  const ground = await openGround({ backups: FEW });
  const offsite = openLocalStorage({ name: 'offsite', folder: `${ground.elsewhere}/offsite` });
  ground.backups = { ...ground.backups, offsite };
  const nights: BackupManifest[] = [];
  for (let ago = 5; ago > 0; ago--) nights.push(await plantBoth(ground, offsite, ago));
  return { ground, offsite, nights };
}

async function plantBoth(ground: Ground, offsite: BackupStorage, ago: number): Promise<BackupManifest> {
  const takenAt = new Date(ground.now.getTime() - ago * NIGHT_MS);
  const manifest = await plant(ground, { takenAt });
  await plant(ground, { takenAt, id: manifest.id, storage: offsite });
  return manifest;
}

const dumpsIn = async (storage: BackupStorage) => (await keysIn(storage)).filter((key) => key.endsWith('.zst'));

/** Ends the work when one of these calls to remove is made, from 1; what is asked then is not done. */
function endingAt(ground: Ground, call: number, end: () => void): void {
  const { offsite, local } = ground.backups;
  let calls = 0;
  const through = (storage: BackupStorage): BackupStorage => ({
    ...storage,
    remove: async (keys) => {
      calls += 1;
      if (calls !== call) return storage.remove(keys);
      end();
      throw new Error('cut off');
    },
  });
  ground.backups = { ...ground.backups, local: through(local), offsite: offsite && through(offsite) };
}

describe('pruning that is cancelled', () => {
  test('says how much was removed, and how to go on', async () => {
    const { ground, offsite } = await stage();
    const shown = await ground.types(ADA, 'prune');
    const ending = new AbortController();
    // The third call is the first off site.
    endingAt(ground, 3, () => ending.abort(new CancelledError('Eve')));
    const confirmation = shown.kind === 'preview' ? (shown.confirmation ?? '') : '';
    const outcome = await ground.types(ADA, 'prune', { confirmation, signal: ending.signal });
    expect(said(outcome)).toBe(
      'Eve cancelled this. 2 of 4 backups were removed. “prune” shows what is left to remove, and goes on with it.',
    );
    expect([(await dumpsIn(ground.backups.local)).length, (await dumpsIn(offsite)).length]).toEqual([3, 5]);
    expect(await ground.ledger("SELECT message FROM audit_log WHERE outcome = 'cancelled'")).toEqual([
      { message: said(outcome) },
    ]);
  });

  test('before anything was removed says that', async () => {
    const { ground } = await stage();
    const shown = await ground.types(ADA, 'prune');
    const ending = new AbortController();
    endingAt(ground, 1, () => ending.abort(new CancelledError('Eve')));
    const confirmation = shown.kind === 'preview' ? (shown.confirmation ?? '') : '';
    const outcome = await ground.types(ADA, 'prune', { confirmation, signal: ending.signal });
    expect(said(outcome)).toBe('Eve cancelled this. Nothing was removed.');
  });
});

describe('pruning whose worker has to go', () => {
  const services: OpsService[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.settled();
  });

  async function worker(ground: Ground): Promise<OpsService> {
    const quiet = () => undefined;
    const jobs = { enqueue: async () => undefined, enqueueAnew: async () => undefined };
    const service = createService(
      {
        startId: await startOf(ground),
        databases: ground.databases,
        jobs,
        cache: undefined,
        directory: undefined,
        clock: { now: () => ground.now },
        log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
        settings: { environment: 'test', timeZone: 'UTC', policy: POLICY, backups: FEW },
        openBackups: async () => ground.backups,
      },
      OPERATIONS,
    );
    services.push(service);
    return service;
  }

  /** Confirmed in Slack, and handed back at one of the calls to remove. */
  async function handedBack(ground: Ground, call: number): Promise<string> {
    const service = await worker(ground);
    const operation = OPERATIONS.find(({ name }) => name === 'prune-backups');
    if (!operation) throw new Error('there is no pruning');
    const request = { operation, actor: ADA, raw: {} };
    const shown = await service.execute(request);
    if (shown.kind !== 'preview' || !shown.confirmation) throw new Error(said(shown));
    const confirmed = { ...request, confirmation: shown.confirmation, deliveryKey: `click:${crypto.randomUUID()}` };
    const queued = await service.execute({ ...confirmed, receipt: await service.receive(confirmed) });
    expect(queued.kind).toBe('queued');
    const stop = new AbortController();
    const { backups } = ground;
    endingAt(ground, call, () => stop.abort(new HandedBackError()));
    expect((await service.resume(queued.runId, stop.signal))?.kind).toBe('queued');
    ground.backups = backups;
    return queued.runId;
  }

  test.each([2, 3])('goes on with what was confirmed, cut off at call %i, and with nothing else', async (call) => {
    const { ground, offsite, nights } = await stage();
    const runId = await handedBack(ground, call);
    // What is made meanwhile has the rules remove more than was shown.
    await plantBoth(ground, offsite, 0);
    const outcome = await (await worker(ground)).resume(runId);
    if (outcome?.kind !== 'done') throw new Error(outcome && said(outcome));
    expect(outcome.report.title).toBe('Removed: 2 backups from local and 2 backups from offsite.');
    for (const storage of [ground.backups.local, offsite]) expect(await dumpsIn(storage)).toHaveLength(4);
    const [{ after }] = (await ground.ledger(
      "SELECT after FROM audit_log WHERE operation = 'prune-backups' AND outcome = 'done'",
    )) as [{ after: { removed: { id: string }[] }[] }];
    const gone = nights.slice(0, 2).map(({ id }) => id);
    expect(after.map(({ removed }) => removed.map(({ id }) => id).sort())).toEqual([gone.toSorted(), gone.toSorted()]);
  });

  test('goes on with it after its process died, too, and is truthful about that one', async () => {
    const { ground, offsite } = await stage();
    const runId = await handedBack(ground, 3);
    await ground.databases
      .ledger('runs')
      .where({ id: runId })
      .update({ state: 'running', start_id: await goneStart(ground) });
    const service = await worker(ground);
    await service.takeUp();
    expect(await ground.ledger('SELECT words FROM runs_so_far')).toEqual([
      {
        words: expect.stringMatching(/^CapOps was interrupted; the last that it noted: 2 of 4 backups were removed\./),
      },
    ]);
    expect((await service.resume(runId))?.kind).toBe('done');
    expect(await dumpsIn(offsite)).toHaveLength(3);
  });

  test('keeps what was pinned meanwhile', async () => {
    const { ground, offsite, nights } = await stage();
    const runId = await handedBack(ground, 3);
    expect((await ground.types(ADA, `pin ${nights[1]?.id} because of the audit`)).kind).toBe('done');
    await (await worker(ground)).resume(runId);
    expect(await dumpsIn(offsite)).toHaveLength(4);
  });

  test('is cancelled with what it had done, though it waits', async () => {
    const { ground } = await stage();
    const runId = await handedBack(ground, 3);
    const outcome = await ground.types(ADA, `cancel ${runId}`);
    expect(said(outcome)).toContain('is cancelled. 2 of 4 backups were removed. “prune” shows what is left');
    expect(await ground.ledger(`SELECT message FROM runs WHERE id = '${runId}'`)).toEqual([
      { message: expect.stringContaining('cancelled this. 2 of 4 backups were removed.') },
    ]);
  });
});
