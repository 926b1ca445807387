import { streamFormat } from '../../domain/backup-choice.ts';
import { UserError } from '../../errors.ts';
import { Restore } from '../../models/restore.ts';
import type { RestoreFacts } from '../../ports.ts';
import { usualStorages } from '../backups/backup-desk.ts';
import type { MadeBackup } from '../backups/form-backup.ts';
import { makeBackup } from '../backups/make-backup.ts';
import type { Context } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import { checkScratch } from './check-scratch.ts';
import { type Filled, fillScratch, giveUp } from './fill-scratch.ts';
import type { RestoreWork } from './restore-wish.ts';
import { restoreWithin } from './restore-within.ts';
import { noteUntouched, replacedWords } from './restore-words.ts';
import { switchIn } from './switch-in.ts';

/** A restore that is in place. */
export interface Restored {
  readonly live: string;
  /** What the database that was live before is called now, and until when it stays. Undefined: there was none. */
  readonly former: string | undefined;
  readonly keptUntil: Date | undefined;
  readonly unavailableMs: number;
  readonly endedSessions: number;
  /** Undefined: it could not be made, for this reason. */
  readonly safety: MadeBackup | { readonly fault: string };
  readonly facts: RestoreFacts;
  /** What was seen to be in order, in sentences. */
  readonly checks: readonly string[];
  /** What the database that was live before had and this one has not, in sentences. */
  readonly lacks: readonly string[];
  /** What the gateway still remembers, where it could not be told. */
  readonly staleCache: boolean;
}

export type Placed = Omit<Restored, 'safety'>;

/**
 * Backs up what is live, restores beside it, holds that to the manifest, and only then switches: until that moment the live
 * database is not touched, and after it what was live stands beside.
 */
export async function carryOutRestore(context: Context, work: RestoreWork): Promise<Restored> {
  await noteUntouched(context, work, undefined);
  const safety = await backUpFirst(context, work);
  const safetyBackupId = 'manifest' in safety ? safety.manifest.id : undefined;
  await noteUntouched(context, work, safetyBackupId);
  const place = work.within ? restoreWithin : restoreBeside;
  const placed = await place(context, work, safetyBackupId);
  await context.noteSoFar({ words: replacedWords(work) });
  return { ...placed, safety };
}

async function restoreBeside(context: Context, work: RestoreWork, safetyBackupId: string | undefined): Promise<Placed> {
  const filled = await fillScratch(context, work, { safetyBackupId });
  const seen = await checked(context, work, filled);
  const switched = await switchIn(context, work, { ...filled, safetyBackupId });
  return { ...switched, live: work.desk.server.live, facts: filled.facts, ...seen };
}

/** A database that is broken may be beyond a backup; whoever asked has to know that before. */
async function backUpFirst(context: Context, { backups, wish, isAnew }: RestoreWork): Promise<Restored['safety']> {
  if (isAnew) return { fault: 'there was none.' };
  const { storage } = usualStorages(backups, context.settings);
  const source = backups.sources.platform;
  try {
    // The disk may soon have another database on it: this one takes no room besides.
    const format = streamFormat(backups.recipients.length > 0);
    return await makeBackup(context, backups, { source, storage, kind: 'safety', note: wish.safetyNote, format });
  } catch (error) {
    context.signal.throwIfAborted();
    const fault = (error as Error).message;
    if (!wish.withoutSafetyBackup) {
      throw new UserError(
        `The database as it is now could not be backed up before: ${fault} The live database was not touched. To go on all the same, add --without-safety-backup to “restore”, in the terminal.`,
      );
    }
    context.log.warn({ err: error, runId: context.runId }, 'a restore goes on without a backup of what is live');
    return { fault };
  }
}

async function checked(
  context: Context,
  work: RestoreWork,
  { url, scratch }: Filled,
): Promise<Pick<Placed, 'checks' | 'lacks'>> {
  const { restorable, desk } = work;
  try {
    const checks = await checkScratch(context, desk, { url, manifest: restorable.manifest, name: restorable.name });
    const lacks = await desk.server.dress(scratch.name);
    const { runId, databases } = context;
    await withLedger(() => Restore.advance(databases.ledger, { runId, from: ['filling'] }, { step: 'ready' }));
    return { checks, lacks };
  } catch (error) {
    await giveUp(context, work, scratch);
    throw error;
  }
}
