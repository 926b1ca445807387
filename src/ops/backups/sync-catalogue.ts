import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { readManifest } from '../../domain/backup-manifest.ts';
import { showBytes } from '../../domain/bytes.ts';
import type { Pin } from '../../domain/pin.ts';
import { Backup } from '../../models/backup.ts';
import { BackupCopy, type CopyState } from '../../models/backup-copy.ts';
import type { Ports } from '../../ports.ts';
import { keptStorages, type Places } from './backup-desk.ts';
import { type HeldBackup, readStorage, type StorageContents } from './read-storage.ts';

/** Every backup that a storage or the ledger knows of. */
export interface Catalogue {
  /** Newest first; those that are wholly removed are not among them. */
  readonly backups: readonly KnownBackup[];
  /** What the configured storages say themselves. */
  readonly storages: readonly StorageContents[];
  /** Whether the ledger has answered; without it, what was found out since a manifest was written is not known. */
  readonly isRecorded: boolean;
}

export interface KnownBackup {
  readonly manifest: BackupManifest;
  readonly pinned: Pin | undefined;
  /** When it was last restored whole. */
  readonly provenAt: Date | null;
  readonly copies: readonly KnownCopy[];
}

/** `not listed`: the ledger has it, and its storage did not name it. */
export interface KnownCopy extends Pick<BackupCopy, 'storage' | 'key' | 'verifiedAt' | 'fault'> {
  readonly state: CopyState | 'not listed';
  readonly damagedSince: Date | undefined;
}

type Desk = Pick<Ports, 'databases' | 'log' | 'clock'> & { readonly signal: AbortSignal };

/**
 * Holds the ledger’s catalogue to what stands in the storages, whose manifests are the truth: what it lacks is entered, so
 * that a ledger that was lost loses nothing. What a storage does not name is left as it is: that may be the listing’s fault.
 * `seen`: what the storages said a moment ago, so that they are not listed again.
 */
export async function syncCatalogue(desk: Desk, places: Places, seen?: readonly StorageContents[]): Promise<Catalogue> {
  const { databases, log, signal } = desk;
  const rows = await Backup.all(databases.ledger).catch((error: unknown) => {
    log.warn({ err: error }, 'the ledger could not say which backups it knows');
    return undefined;
  });
  const manifests = knownManifests(rows ?? []);
  const storages =
    seen ??
    (await Promise.all(
      keptStorages(places).map((storage) =>
        readStorage(storage, { known: (key) => manifests.get(nameOf(storage.name, key)), signal }),
      ),
    ));
  if (!rows) return { backups: unrecorded(storages), storages, isRecorded: false };
  const byId = new Map(rows.map((row) => [row.id, row]));
  const changes = storages.flatMap(({ storage, backups }) =>
    backups.flatMap((held) => changeFor(held, { storage: storage.name, row: byId.get(held.manifest.id) }) ?? []),
  );
  await enter(desk, [...new Map(changes.map((one) => [nameOf(one.storage, one.manifest.id), one])).values()]);
  const known = changes.length > 0 ? await Backup.all(databases.ledger) : rows;
  return { backups: known.flatMap((row) => recorded(row, storages)), storages, isRecorded: true };
}

function nameOf(storage: string, key: string): string {
  return JSON.stringify([storage, key]);
}

function knownManifests(rows: readonly Backup[]): Map<string, BackupManifest> {
  return new Map(
    rows.flatMap((row) => {
      const manifest = manifestOf(row);
      return (row.copies ?? []).map(({ storage, key }) => [nameOf(storage, key), manifest] as const);
    }),
  );
}

export function manifestOf({ id, manifest }: Backup): BackupManifest {
  return readManifest(JSON.stringify(manifest), `The ledger’s entry of backup ${id}`);
}

/** What the ledger lacks of a copy that a storage holds. */
interface Change extends HeldBackup {
  readonly storage: string;
  readonly row: Backup | undefined;
  /** `cut`: it is not as long as it was; `damaged`: a note beside it says so; `pin`: only that it is pinned. */
  readonly kind: 'good' | 'cut' | 'damaged' | 'pin';
}

function changeFor(held: HeldBackup, { storage, row }: Pick<Change, 'storage' | 'row'>): Change | undefined {
  const { manifest, bytes, pin, damage } = held;
  if (bytes === undefined) return undefined;
  const copy = row?.copies?.find((one) => one.storage === storage);
  const isNew = !copy || ['wanted', 'missing', 'removed'].includes(copy.state);
  if (bytes !== manifest.bytes && (isNew || copy.state === 'good')) return { ...held, storage, row, kind: 'cut' };
  const isNews = isNew || (copy.state === 'good' && Number(copy.verifiedAt) < Number(damage?.since));
  if (damage && isNews) return { ...held, storage, row, kind: 'damaged' };
  if (isNew && bytes === manifest.bytes) return { ...held, storage, row, kind: 'good' };
  return pin !== undefined && !row?.pinnedAt ? { ...held, storage, row, kind: 'pin' } : undefined;
}

async function enter({ databases: { ledger }, clock }: Desk, changes: readonly Change[]): Promise<void> {
  const manifests = new Map(changes.flatMap(({ row, manifest }) => (row ? [] : [[manifest.id, manifest] as const])));
  await Backup.enter(ledger, ...manifests.values());
  for (const { manifest, pin, row } of changes) if (pin && !row?.pinnedAt) await Backup.pin(ledger, manifest.id, pin);
  const place = ({ manifest, storage, key }: Change) => ({ backupId: manifest.id, storage, key });
  const good = changes.filter(({ kind }) => kind === 'good');
  await BackupCopy.enter(
    ledger,
    ...good.map((one) => ({ ...place(one), state: 'good' as const, ...verifiedAtOf(one) })),
  );
  const bad = changes.filter(({ kind }) => kind === 'cut' || kind === 'damaged');
  const now = clock.now();
  await BackupCopy.enter(ledger, ...bad.map((one) => ({ ...place(one), state: 'bad' as const, ...faultOf(one, now) })));
}

function faultOf(change: Change, now: Date): { triedAt: Date; fault: string } {
  const { kind, damage } = change;
  if (kind === 'damaged' && damage) return { triedAt: damage.since, fault: damage.fault };
  return { triedAt: now, fault: cutWords(change) };
}

function verifiedAtOf({ manifest, storage }: Change): { verifiedAt: Date } {
  const copy = manifest.copies.find((one) => one.storage === storage);
  return { verifiedAt: copy?.verifiedAt ?? manifest.verified.at };
}

function cutWords({ manifest, bytes = 0 }: Change): string {
  return `It has ${showBytes(bytes)}, and had ${showBytes(manifest.bytes)} when it was made.`;
}

function recorded(row: Backup, storages: readonly StorageContents[]): KnownBackup[] {
  const copies = (row.copies ?? []).filter(({ state }) => state !== 'removed');
  if (copies.length === 0) return [];
  const shown = copies.map((copy) => ({
    ...{ storage: copy.storage, key: copy.key, verifiedAt: copy.verifiedAt, fault: copy.fault },
    state: isMissed(copy, storages) ? ('not listed' as const) : copy.state,
    damagedSince: copy.state === 'bad' ? (copy.triedAt ?? row.takenAt) : undefined,
  }));
  return [{ manifest: manifestOf(row), pinned: row.pinned, provenAt: row.provenAt, copies: shown }];
}

function isMissed({ storage, key, state }: BackupCopy, storages: readonly StorageContents[]): boolean {
  if (state !== 'good' && state !== 'bad') return false;
  const listed = storages.find((one) => one.storage.name === storage);
  if (!listed || listed.failure !== undefined) return false;
  return !listed.backups.some((held) => held.key === key && held.bytes !== undefined);
}

/** As the manifests alone tell it. */
function unrecorded(storages: readonly StorageContents[]): KnownBackup[] {
  const copies = storages.flatMap(({ storage, backups }) => backups.map((held) => ({ held, storage: storage.name })));
  const ofOne = [...Map.groupBy(copies, ({ held }) => held.manifest.id).values()];
  return ofOne
    .flatMap((same) => (same[0] ? [{ manifest: same[0].held.manifest, same }] : []))
    .map(({ manifest, same }) => ({
      manifest,
      pinned: same.find(({ held }) => held.pin)?.held.pin,
      provenAt: null,
      copies: same.map(({ held, storage }) => {
        const isWhole = held.bytes === manifest.bytes;
        const sound = held.damage ? ('bad' as const) : ('good' as const);
        const state = isWhole ? sound : ('not listed' as const);
        const { since: damagedSince, fault = null } = held.damage ?? {};
        const seen = { verifiedAt: manifest.verified.at, fault, damagedSince };
        return { storage, key: held.key, state, ...seen };
      }),
    }))
    .sort((a, b) => b.manifest.takenAt.getTime() - a.manifest.takenAt.getTime());
}
