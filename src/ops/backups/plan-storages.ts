import { keyOfDamage, keyOfManifest, manifestKey, readBackupKey } from '../../domain/backup-name.ts';
import { rulesFor } from '../../domain/monthly-archive.ts';
import { type PruningPlan, planPruning, type StorageListing } from '../../domain/pruning-plan.ts';
import { DEFAULT_RETENTION } from '../../domain/retention.ts';
import type { StoredBackup } from '../../domain/stored-backup.ts';
import type { BackupStorage } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import type { HeldBackup, StorageContents } from './read-storage.ts';
import { locksOn } from './storage-locks.ts';
import type { Catalogue, KnownCopy } from './sync-catalogue.ts';

/** A file that has had no manifest for so long was never a backup, and nobody is writing one. */
const LEFT_MS = 7 * 86_400_000;

/** What pruning would do to one storage. */
export interface StoragePlan {
  readonly contents: StorageContents;
  readonly plan: PruningPlan;
  /** Keys of files of ours that never became a backup, or whose backup was removed. */
  readonly leftovers: readonly string[];
  /** What this very pruning has removed before it was cut off, and files of that which are still there. */
  readonly before?: {
    readonly removed: readonly Pick<StoredBackup, 'id' | 'fileKey'>[];
    readonly files: readonly string[];
  };
}

/** Plans each storage by itself. What is to go is asked for in the storage: it may have locked it. */
export async function planStorages(
  { settings, clock }: Pick<Context, 'settings' | 'clock'>,
  catalogue: Catalogue,
): Promise<StoragePlan[]> {
  const { environment, timeZone, backups } = settings;
  const here = { environment, timeZone, now: clock.now() };
  const rules = backups?.retention ?? DEFAULT_RETENTION;
  const planned = catalogue.storages.map(async (contents) => {
    const listing = {
      storage: contents.storage.name,
      failure: contents.failure,
      keys: [...contents.objects.keys()],
      backups: storedBackups(catalogue, contents),
      catalogued: catalogue.isRecorded ? catalogued(catalogue, contents.storage.name) : undefined,
    };
    const own = rulesFor(contents.storage.name, rules);
    const plan = await planWithLocks(contents.storage, listing, (held) => planPruning(held, own, here));
    const leftovers = plan.refusal === undefined ? leftoversIn(contents, here.now) : [];
    return { contents, plan, leftovers };
  });
  return Promise.all(planned);
}

async function planWithLocks(
  storage: BackupStorage,
  listing: StorageListing,
  plan: (listing: StorageListing) => PruningPlan,
): Promise<PruningPlan> {
  const free = plan(listing);
  if (free.refusal !== undefined) return free;
  try {
    const locked = await locksOn(storage, free.removals);
    return locked ? plan({ ...listing, backups: listing.backups.map(locked) }) : free;
  } catch (error) {
    const reason = (error as Error).message;
    return { refusal: `${storage.name} could not say what it has locked (${reason}), so nothing is removed from it.` };
  }
}

/** What the ledger says should be there; a copy that somebody looked for in vain is known to be gone. */
function catalogued({ backups }: Catalogue, storage: string): string[] {
  const isExpected = (copy: KnownCopy) =>
    copy.storage === storage && ['good', 'bad', 'not listed'].includes(copy.state);
  return backups.filter(({ copies }) => copies.some(isExpected)).map(({ manifest }) => manifest.id);
}

/** The backups of one storage, as the rules for keeping them look at them. */
export function storedBackups(catalogue: Catalogue, { storage, backups }: StorageContents): StoredBackup[] {
  const known = new Map(catalogue.backups.map((one) => [one.manifest.id, one]));
  return backups.map((held) => {
    const { manifest, key } = held;
    const { pinned, copies = [] } = known.get(manifest.id) ?? {};
    const copy = copies.find((one) => one.storage === storage.name);
    return {
      id: manifest.id,
      storage: storage.name,
      environment: manifest.environment,
      database: manifest.database,
      kind: manifest.kind,
      takenAt: manifest.takenAt,
      proof: proofOf(held, copy),
      pinned: pinned ?? held.pin,
      manifestKey: manifestKey(key),
      fileKey: key,
    };
  });
}

function proofOf({ manifest, bytes }: HeldBackup, copy: KnownCopy | undefined): StoredBackup['proof'] {
  if (bytes === undefined) return 'incomplete';
  if (copy?.damagedSince) return { damagedSince: copy.damagedSince };
  return bytes === manifest.bytes ? 'verified' : 'unverified';
}

/** Under names that only CapOps gives, and without a manifest, readable or not; notes about damage of what is gone. */
function leftoversIn({ objects }: StorageContents, now: Date): string[] {
  const before = now.getTime() - LEFT_MS;
  return [...objects.values()]
    .filter(({ key, modifiedAt }) => modifiedAt.getTime() < before && keyOfManifest(key) === undefined)
    .filter(({ key }) => {
      const of = keyOfDamage(key) ?? key;
      return readBackupKey(of) !== undefined && !objects.has(manifestKey(of));
    })
    .map(({ key }) => key)
    .sort();
}
