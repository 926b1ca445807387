import { besideName } from '../../domain/beside-name.ts';
import { Restore } from '../../models/restore.ts';
import type { RestoreFacts, ServerDatabase } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { RestoreWork } from './restore-wish.ts';

/** A database beside the live one that holds what is to take its place. */
export interface Filled {
  readonly scratch: ServerDatabase;
  readonly url: string;
  /** What the live database is to be called once it is switched out. */
  readonly former: string;
  readonly facts: RestoreFacts;
}

/** Notes the restore, makes a database beside the live one and fills it. What fails leaves no database behind. */
export async function fillScratch(
  context: Context,
  work: RestoreWork,
  { safetyBackupId = null }: { readonly safetyBackupId?: string | null | undefined },
): Promise<Filled> {
  const { desk, restorable } = work;
  const { server } = desk;
  const { runId, clock, signal, databases } = context;
  const begunAt = clock.now();
  const live = await server.find(server.live);
  if (!live) throw new Error('the platform’s database is not there');
  const name = besideName(server.live, 'restore', begunAt);
  const former = besideName(server.live, 'before', begunAt);
  context.progress({ phase: 'Making a database beside the live one' });
  signal.throwIfAborted();
  await withLedger(() =>
    Restore.begin(databases.ledger, {
      ...{ runId, database: server.live, source: restorable.name, backupId: restorable.manifest?.id ?? null },
      ...{ safetyBackupId, liveOid: live.oid, scratch: name, former, begunAt },
    }),
  );
  try {
    const scratch = await server.create(name);
    await withLedger(async () => Restore.query(databases.ledger).findById(runId).patch({ scratchOid: scratch.oid }));
    const url = server.addressOf(name);
    const { trust, source } = restorable;
    const { identities } = work.backups;
    const facts = await desk.tools.restore(url, source, { trust, identities, signal, progress: context.progress });
    return { scratch, url, former, facts };
  } catch (error) {
    await giveUp(context, work, name);
    throw error;
  }
}

/** Removes the database beside the live one. Where that fails it is removed later, since it stands in the ledger. */
export async function giveUp(
  { databases, runId, log, clock }: Context,
  { desk }: RestoreWork,
  name: string,
): Promise<void> {
  try {
    await desk.server.drop(name);
    const from = ['filling', 'ready'] as const;
    await Restore.advance(databases.ledger, { runId, from }, { step: 'abandoned', endedAt: clock.now() });
  } catch (error) {
    log.warn({ err: error, runId, database: name }, 'a database of a restore could not be removed; trying again later');
  }
}
