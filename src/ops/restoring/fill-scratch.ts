import { besideName } from '../../domain/beside-name.ts';
import { UserError } from '../../errors.ts';
import { NONE, Restore } from '../../models/restore.ts';
import type { DatabaseServer, RestoreFacts, ServerDatabase } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import { freeMoment } from './free-moment.ts';
import type { RestoreWork } from './restore-wish.ts';

/** PostgreSQL’s code where a database of that name is there. */
const TAKEN = '42P04';

/** A database beside the live one that holds what is to take its place. */
export interface Filled {
  readonly scratch: ServerDatabase;
  readonly url: string;
  /** What the live database is to be called once it is switched out. Undefined: there is none. */
  readonly former: string | undefined;
  /** PostgreSQL’s number for the live one. */
  readonly liveOid: number;
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
  if (!live !== work.isAnew)
    throw new UserError(`${server.live} has just come or gone. Nothing was changed; ask again.`);
  const liveOid = live?.oid ?? NONE;
  const { name, former } = await freeNames(server, begunAt);
  context.progress({ phase: 'Making a database beside the live one' });
  signal.throwIfAborted();
  await withLedger(() =>
    Restore.begin(databases.ledger, {
      ...{ runId, database: server.live, source: restorable.name, backupId: restorable.manifest?.id ?? null },
      ...{ safetyBackupId, liveOid, scratch: name, former: live ? former : '', begunAt },
    }),
  );
  let scratch: ServerDatabase | undefined;
  try {
    scratch = await server.create(name);
    const { oid } = scratch;
    await withLedger(async () => Restore.query(databases.ledger).findById(runId).patch({ scratchOid: oid }));
    const url = server.addressOf(name);
    const { trust, source } = restorable;
    const { identities } = work.backups;
    // What comes from elsewhere is to belong to whom it will: not to us, who may be a superuser.
    const owner = trust === 'foreign' ? (live ?? scratch).owner : undefined;
    const request = { trust, owner, identities, signal, progress: context.progress };
    const facts = await desk.tools.restore(url, source, request);
    return { scratch, url, former: live && former, liveOid, facts };
  } catch (error) {
    // One that somebody else has made in this very moment is theirs.
    const isTheirs = (error as { code?: string }).code === TAKEN;
    await giveUp(context, work, scratch ?? (isTheirs ? undefined : { name, oid: undefined }));
    throw error;
  }
}

/** What the two are to be called: names that nothing on the server has. */
async function freeNames(
  server: DatabaseServer,
  from: Date,
): Promise<{ readonly name: string; readonly former: string }> {
  const namesAt = (at: Date) => ({
    name: besideName(server.live, 'restore', at),
    former: besideName(server.live, 'before', at),
  });
  const isTaken = async (name: string) => (await server.find(name)) !== undefined;
  return namesAt(await freeMoment(from, (at) => Object.values(namesAt(at)), isTaken));
}

/** Removes the database beside the live one. Where that fails it is removed later, since it stands in the ledger. */
export async function giveUp(
  { databases, runId, log, clock }: Context,
  { desk: { server } }: RestoreWork,
  left: { readonly name: string; readonly oid: number | undefined } | undefined,
): Promise<void> {
  try {
    const found = left && (await server.find(left.name));
    if (found && [undefined, found.oid].includes(left?.oid)) await server.drop(found.name);
    const from = ['filling', 'ready'] as const;
    await Restore.advance(databases.ledger, { runId, from }, { step: 'abandoned', endedAt: clock.now() });
  } catch (error) {
    log.warn(
      { err: error, runId, database: left?.name },
      'a database of a restore could not be removed; trying again later',
    );
  }
}
