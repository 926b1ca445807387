import { type BackupManifest, readManifest } from '../../domain/backup-manifest.ts';
import { damageKey, keyOfManifest, manifestKey, pinKey } from '../../domain/backup-name.ts';
import { type Damage, readDamage } from '../../domain/damage.ts';
import { type Pin, readPin } from '../../domain/pin.ts';
import type { BackupStorage, StoredObject } from '../../ports.ts';
import type { Place } from './backup-desk.ts';
import { severalAtOnce } from './several-at-once.ts';

/** More is no manifest of ours. */
const LONGEST_MANIFEST = 64 * 2 ** 20;

/** One backup that a storage holds: its manifest is there; its file should be. */
export interface HeldBackup {
  readonly manifest: BackupManifest;
  /** The file's. */
  readonly key: string;
  /** Of the file; undefined: it is not there. */
  readonly bytes: number | undefined;
  readonly pin: Pin | undefined;
  readonly damage: Damage | undefined;
}

/** What a storage holds, as it said itself. */
export interface StorageContents {
  readonly storage: BackupStorage;
  /** Why it could not be listed to the end; then nothing else is known. */
  readonly failure: string | undefined;
  readonly objects: ReadonlyMap<string, StoredObject>;
  readonly backups: readonly HeldBackup[];
  /** Manifests that cannot be read, and why: what they stand beside is left alone. */
  readonly unreadable: readonly { readonly key: string; readonly fault: string }[];
}

/** What is known of the backup under a key: manifests are never written anew, so that each is read once. */
export type KnownManifest = (key: string) => BackupManifest | undefined;

/** Lists a storage and reads the manifests that nobody knows yet. Rejects only when `signal` aborts. */
export async function readStorage(
  storage: BackupStorage,
  { known = () => undefined, signal }: { readonly known?: KnownManifest; readonly signal: AbortSignal },
): Promise<StorageContents> {
  const objects = new Map<string, StoredObject>();
  const none = { storage, objects, backups: [], unreadable: [] };
  try {
    for await (const object of storage.list(prefixOf(storage))) {
      signal.throwIfAborted();
      objects.set(object.key, object);
    }
  } catch (error) {
    signal.throwIfAborted();
    return { ...none, objects: new Map(), failure: (error as Error).message };
  }
  const keys = [...objects.keys()].flatMap((key) => keyOfManifest(key) ?? []);
  const found = await severalAtOnce(keys, (key) => held({ storage, key }, { objects, known, signal }));
  return {
    ...none,
    failure: undefined,
    backups: found.flatMap((one) => ('manifest' in one ? [one] : [])),
    unreadable: found.flatMap((one) => ('fault' in one ? [one] : [])),
  };
}

/** The terminal’s own stand at the top of the folder; in a bucket, others may have theirs there. */
function prefixOf({ name }: BackupStorage): string {
  return name === 'local' ? '' : 'backups/';
}

async function held(
  { storage, key }: Place,
  { objects, known, signal }: { objects: StorageContents['objects']; known: KnownManifest; signal: AbortSignal },
): Promise<HeldBackup | StorageContents['unreadable'][number]> {
  try {
    const manifest = known(key) ?? (await manifestAt({ storage, key }, signal));
    const pinned = objects.get(pinKey(key));
    const pin = pinned && readPin(await textOf({ storage, key: pinned.key }, signal), pinned.modifiedAt);
    const found = objects.get(damageKey(key));
    const damage = found && readDamage(await textOf({ storage, key: found.key }, signal), found.modifiedAt);
    return { manifest, key, bytes: objects.get(key)?.bytes, pin, damage };
  } catch (error) {
    signal.throwIfAborted();
    return { key: manifestKey(key), fault: (error as Error).message };
  }
}

/** The manifest of the backup under a key. Rejects with a UserError for one that is none, with a NotThereError without. */
export async function manifestAt({ storage, key }: Place, signal?: AbortSignal): Promise<BackupManifest> {
  return readManifest(await textOf({ storage, key: manifestKey(key) }, signal), manifestKey(key));
}

async function textOf({ storage, key }: Place, signal?: AbortSignal): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of storage.read(key, { signal })) {
    bytes += piece.length;
    if (bytes > LONGEST_MANIFEST) throw new Error(`${key} is too long for a manifest`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
