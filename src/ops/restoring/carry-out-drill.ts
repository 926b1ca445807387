import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { counted } from '../../domain/counted.ts';
import { UserError } from '../../errors.ts';
import { Drill } from '../../models/drill.ts';
import { failedChecks } from '../../models/drill-check.ts';
import type { BackupDesk, RestoreDesk } from '../../ports.ts';
import type { Place } from '../backups/backup-desk.ts';
import type { Context } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import { checkScratch } from './check-scratch.ts';
import { drillNames, dropDrill, namesOf, switchAndBack } from './drill-databases.ts';
import { sourceOf } from './restorable.ts';

/** What a drill has shown. */
export interface DrillProof {
  /** From the first byte to the switch. */
  readonly seconds: number;
  readonly unavailableMs: number;
  /** What was seen to be in order, in sentences. */
  readonly checks: readonly string[];
}

interface Drilling {
  readonly desk: RestoreDesk;
  readonly backups: BackupDesk;
  readonly manifest: BackupManifest;
  readonly place: Place;
}

/** Restores a backup beside everything, holds it to what it should be, switches it in for a stand-in and back, and removes it all. */
export async function carryOutDrill(
  context: Context,
  { desk, backups, manifest, place }: Drilling,
): Promise<DrillProof> {
  const { databases, clock, signal, progress, runId, settings } = context;
  const { ledger } = databases;
  const names = await drillNames(desk, clock.now());
  const began = performance.now();
  const note = { runId, backupId: manifest.id, databases: namesOf(names), begunAt: clock.now() };
  await withLedger(() => Drill.begin(ledger, note));
  try {
    await desk.drills.create(names.scratch);
    const url = desk.drills.addressOf(names.scratch);
    const { identities } = backups;
    await desk.tools.restore(url, sourceOf(manifest, place), { trust: 'ours', identities, signal, progress });
    const name = `Backup ${manifest.id.slice(0, 8)}`;
    const checks = await checkScratch(context, desk, { url, manifest, name });
    const own = await ownChecks(context, desk, url);
    signal.throwIfAborted();
    progress({ phase: 'Switching it in, and back' });
    const seconds = (performance.now() - began) / 1000;
    const { there } = await switchAndBack(desk, names);
    await withLedger(() => Drill.proved(ledger, runId, { seconds, at: clock.now() }));
    return { seconds, unavailableMs: there, checks: [...checks, ...own] };
  } catch (error) {
    await Drill.failed(ledger, runId, (error as Error).message).catch(() => undefined);
    throw error;
  } finally {
    await dropDrill(desk, namesOf(names))
      .then(() => Drill.ended(ledger, runId, clock.now()))
      .catch((error: unknown) =>
        context.log.warn(
          { err: error, runId, environment: settings.environment },
          'a drill’s databases could not be removed; trying again later',
        ),
      );
  }
}

/** Those of capops.yml. */
async function ownChecks({ settings }: Context, desk: RestoreDesk, url: string): Promise<string[]> {
  const checks = settings.drillChecks ?? [];
  if (checks.length === 0) return [];
  const knex = desk.connect(url);
  try {
    const faults = await failedChecks(knex, checks);
    if (faults.length > 0)
      throw new UserError(`The restored backup is not as capops.yml wants it: ${faults.join('; ')}.`);
    return [`${counted(checks.length, 'check')} of capops.yml ${checks.length === 1 ? 'holds' : 'hold'}.`];
  } finally {
    await knex.destroy();
  }
}
