import type { BackupFormat } from '../../domain/backup-format.ts';
import { staysAtLeastUntil } from '../../domain/backup-kind.ts';
import { type BackupManifest, manifestText } from '../../domain/backup-manifest.ts';
import { backupKey, manifestKey } from '../../domain/backup-name.ts';
import { DEFAULT_RETENTION } from '../../domain/retention.ts';
import { Backup } from '../../models/backup.ts';
import { BackupCopy } from '../../models/backup-copy.ts';
import type {
  ArchiveCheck,
  BackupDesk,
  BackupStorage,
  DatabaseInspection,
  DumpFacts,
  DumpSource,
} from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import type { Place } from './backup-desk.ts';
import { composeManifest } from './compose-manifest.ts';
import { lastBytesOf } from './former-backup.ts';
import { needSpace } from './free-space.ts';
import { inOnePiece } from './in-one-piece.ts';
import { readBack } from './read-back.ts';

/** A backup in the format that is decided on. */
export interface Forming {
  readonly source: DumpSource;
  readonly storage: BackupStorage;
  readonly format: BackupFormat;
  /** Where nobody asked for it: why it is in this one. */
  readonly because?: string;
  /** `nightly`, `manual`, `safety`. */
  readonly kind: string;
  readonly note?: string | undefined;
  /** Where it is to stand in the storage; by default where backups stand. */
  readonly key?: string | undefined;
  readonly inspection: DatabaseInspection;
  /** The one before it, for comparison. */
  readonly former: Backup | undefined;
  readonly startedAt: Date;
  /** What its report warns of besides what comes up. */
  readonly warnings?: readonly string[];
}

/** A backup that was read back whole. */
export interface MadeBackup {
  readonly manifest: BackupManifest;
  readonly key: string;
  readonly storage: string;
  /** The one before it, for comparison. */
  readonly former: Backup | undefined;
  readonly warnings: readonly string[];
}

/** Dumps, stores, reads back, and writes the manifest. What fails or is cut off leaves nothing that looks like a backup. */
export async function formBackup(context: Context, desk: BackupDesk, forming: Forming): Promise<MadeBackup> {
  const { source, storage, format, inspection, former, startedAt } = forming;
  // As large as the last one of this format; else as the database, which it hardly exceeds.
  const expectedBytes = (await lastBytesOf(context, source, format)) ?? inspection.sizeBytes;
  await needSpace(storage, expectedBytes);
  const key = forming.key ?? (await freeKey(forming, startedAt));
  const dumped = await dump(context, desk, { ...forming, key, expectedBytes });
  const made = { wanted: { ...forming, key }, ...dumped };
  const { manifest, lacking } = await proved(context, desk, made).catch((error: unknown) =>
    undone(context, { storage, key, error }),
  );
  await enter(context, manifest, { storage: storage.name, key });
  const warnings = [...(forming.warnings ?? []), ...dumped.facts.warnings, ...(lacking === 'room' ? [UNREAD] : [])];
  return { manifest, key, storage: storage.name, former, warnings };
}

const UNREAD =
  'No disk had room to unpack it, so that only its SHA-256 was compared: “verify-backup” reads it whole once there is.';

/** The moment’s own; where another one’s backup of this very second has it, the next second’s. */
async function freeKey({ source: { database }, storage, kind, format }: Forming, startedAt: Date): Promise<string> {
  for (let at = startedAt; ; at = new Date(at.getTime() + 1000)) {
    const key = backupKey({ database, takenAt: at, kind, format });
    if ((await storage.size(key)) === undefined) return key;
  }
}

/** Removes what turned out to be no backup. A file that stays without a manifest is none either, and swept some day. */
async function undone({ log, runId }: Context, left: Place & { readonly error: unknown }): Promise<never> {
  const { storage, key, error } = left;
  for (const one of [manifestKey(key), key]) {
    const { failed } = await storage.remove([one]).catch((reason: unknown) => ({ failed: [reason] }));
    if (failed.length > 0)
      log.warn({ runId, storage: storage.name, key: one, failed }, 'it could not be removed again');
  }
  throw error;
}

interface Writing extends Forming {
  readonly key: string;
  readonly expectedBytes: number;
}

/** Dumps into the storage: whole, or not at all. */
async function dump(context: Context, desk: BackupDesk, wanted: Writing): Promise<Dumped> {
  const { source, storage, format, key, expectedBytes } = wanted;
  const isFolder = format.format === 'directory';
  const advance = (done: number, phase?: 'laying out') =>
    context.progress({
      phase: `${isFolder && !phase ? 'Packing the backup of' : 'Backing up'} ${source.database}`,
      done,
      total: Math.max(done, expectedBytes),
      unit: 'bytes',
    });
  const made = source.dump({
    ...format,
    recipients: format.isEncrypted ? desk.recipients : [],
    signal: context.signal,
    progress: advance,
  });
  made.facts.catch(() => undefined);
  const written = await storage.write(key, made.content, {
    expectedBytes,
    retainUntil: lockedUntil(context, wanted),
    signal: context.signal,
  });
  return { written, facts: await made.facts };
}

interface Dumped {
  readonly written: { readonly bytes: number; readonly sha256: string };
  readonly facts: DumpFacts;
}

/** Reads back what was stored and, where it is whole, writes the manifest, which makes it a backup. */
async function proved(
  context: Context,
  desk: BackupDesk,
  made: Dumped & { wanted: Forming & { key: string } },
): Promise<{ readonly manifest: BackupManifest; readonly lacking: ArchiveCheck['lacking'] }> {
  const { wanted } = made;
  const { storage, key } = wanted;
  const { sha256, bytes } = made.written;
  const check = await readBack(context, desk, { ...wanted, expectedBytes: bytes, sha256 });
  const manifest = composeManifest(context, desk, { ...made, check });
  const options = { retainUntil: lockedUntil(context, wanted) };
  await storage.write(manifestKey(key), inOnePiece(manifestText(manifest)), options);
  return { manifest, lacking: check.lacking };
}

/** The ledger may be behind: what stands in a storage is found there. */
async function enter(
  { databases: { ledger }, log, runId }: Context,
  manifest: BackupManifest,
  { storage, key }: { storage: string; key: string },
): Promise<void> {
  try {
    await Backup.enter(ledger, manifest);
    const verifiedAt = manifest.verified.at;
    await BackupCopy.enter(ledger, { backupId: manifest.id, storage, key, state: 'good', verifiedAt });
  } catch (error) {
    log.warn({ err: error, runId, backup: manifest.id }, 'a backup is made, and could not be entered in the catalogue');
  }
}

/** Until when the rules keep it anyway, for a storage that locks. */
function lockedUntil({ settings }: Context, { kind, startedAt }: { kind: string; startedAt: Date }): Date | undefined {
  const rules = settings.backups?.retention ?? DEFAULT_RETENTION;
  return staysAtLeastUntil({ kind, takenAt: startedAt }, { rules, timeZone: settings.timeZone });
}
