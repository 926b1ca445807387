import type { StoredBackup } from '../../domain/stored-backup.ts';
import { BackupAlarm } from '../../models/backup-alarm.ts';
import type { BackupStorage } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import type { StoragePlan } from './plan-storages.ts';
import { removeBackups } from './remove-backups.ts';

/** As many keys as a store takes in one call. */
const BATCH = 1000;
/** What a write left behind that was begun so long ago is nobody’s any more. */
const ABANDONED_MS = 2 * 86_400_000;

/** What pruning did to one storage. */
export interface Pruned {
  readonly storage: string;
  readonly removed: readonly Pick<StoredBackup, 'id' | 'fileKey'>[];
  /** Leftovers of writes, and files that never became a backup. */
  readonly swept: number;
  readonly failed: readonly { readonly key: string; readonly reason: string }[];
  /** Why nothing was removed; undefined: what was to be removed was gone about. */
  readonly refusal: string | undefined;
}

/** Told again and again what was removed so far, in a sentence. */
type Tell = (words: string) => Promise<void>;

/** Removes what the plans say, and nothing else. A backup whose manifest stays stays whole. */
export async function pruneStorages(context: Context, plans: readonly StoragePlan[], tell: Tell): Promise<Pruned[]> {
  const all = plans.flatMap((one) => [...(one.before?.removed ?? []), ...removalsOf(one)]).length;
  let removed = plans.flatMap((one) => one.before?.removed ?? []).length;
  const advance = async (count: number) => {
    removed += count;
    await tell(soFarWords(removed, all));
  };
  await advance(0);
  const pruned: Pruned[] = [];
  for (const plan of plans) {
    const one = await pruneStorage(context, plan, advance);
    await alarm(context, one);
    pruned.push(one);
  }
  return pruned;
}

export function removalsOf({ plan }: StoragePlan): readonly StoredBackup[] {
  return plan.refusal === undefined ? plan.removals : [];
}

/** What stands where pruning ends before its end. */
export function soFarWords(removed: number, all: number): string {
  if (removed === 0) return 'Nothing was removed.';
  const number = (count: number) => count.toLocaleString('en-GB');
  const done = `${number(removed)} of ${number(all)} backups ${removed === 1 ? 'was' : 'were'} removed.`;
  return removed < all ? `${done} “prune” shows what is left to remove, and goes on with it.` : done;
}

/** Whoever looks after the backups tells of it, until it is mended. */
async function alarm({ databases: { ledger }, clock }: Context, { storage, refusal, failed }: Pruned): Promise<void> {
  const name = `pruning ${storage}`;
  const now = clock.now();
  const [first] = failed;
  const stuck = first && `${failed.length} could not be removed from ${storage}, such as ${first.key}: ${first.reason}`;
  const words = refusal ?? stuck;
  if (words === undefined) await BackupAlarm.mend(ledger, name, { but: [], now });
  else await BackupAlarm.raise(ledger, [{ name, words }], now);
}

async function pruneStorage(
  context: Context,
  { contents, plan, leftovers, before }: StoragePlan,
  advance: (count: number) => Promise<void>,
): Promise<Pruned> {
  const { storage } = contents;
  const nothing = { storage: storage.name, removed: before?.removed ?? [], swept: 0, failed: [] };
  if (plan.refusal !== undefined) return { ...nothing, refusal: plan.refusal };
  const going = plan.decisions.filter(({ keep }) => !keep).reverse();
  const removed: Pick<StoredBackup, 'id' | 'fileKey'>[] = [...nothing.removed];
  const failed: Removal['failed'][number][] = [];
  for (let start = 0; start < going.length; start += BATCH) {
    context.signal.throwIfAborted();
    context.progress({ phase: `Removing from ${storage.name}`, done: start, total: going.length });
    const batch = going.slice(start, start + BATCH);
    const done = await removeBackups(context, contents, batch, advance);
    removed.push(...done.gone);
    failed.push(...done.failed);
  }
  const files = await remove(context, storage, [...(before?.files ?? []), ...leftovers]);
  const abandoned = new Date(context.clock.now().getTime() - ABANDONED_MS);
  const { count, failure } = await sweep(context, storage, abandoned);
  return {
    storage: storage.name,
    removed,
    swept: count + leftovers.filter((key) => files.removed.includes(key)).length,
    failed: [...failed, ...files.failed, ...failure],
    refusal: undefined,
  };
}

type Removal = Awaited<ReturnType<BackupStorage['remove']>>;

async function remove({ signal }: Context, storage: BackupStorage, keys: readonly string[]): Promise<Removal> {
  const removed: string[] = [];
  const failed: Removal['failed'][number][] = [];
  for (let start = 0; start < keys.length; start += BATCH) {
    signal.throwIfAborted();
    const done = await storage.remove(keys.slice(start, start + BATCH));
    removed.push(...done.removed);
    failed.push(...done.failed);
  }
  return { removed, failed };
}

async function sweep(
  { signal }: Context,
  storage: BackupStorage,
  before: Date,
): Promise<{ count: number; failure: Removal['failed'] }> {
  try {
    return { count: await storage.sweep(storage.name === 'local' ? '' : 'backups/', before), failure: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { count: 0, failure: [{ key: 'leftovers of writes', reason: (error as Error).message }] };
  }
}
