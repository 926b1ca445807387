import { formatOf } from '../../domain/backup-format.ts';
import { staysAtLeastUntil } from '../../domain/backup-kind.ts';
import { type BackupManifest, manifestText } from '../../domain/backup-manifest.ts';
import { backupKey, manifestKey, pinKey } from '../../domain/backup-name.ts';
import { type Pin, pinText } from '../../domain/pin.ts';
import { DEFAULT_RETENTION } from '../../domain/retention.ts';
import { AlreadyThereError, UserError } from '../../errors.ts';
import { Backup } from '../../models/backup.ts';
import { BackupCopy } from '../../models/backup-copy.ts';
import type { BackupDesk, BackupStorage } from '../../ports.ts';
import type { Place } from './backup-desk.ts';
import type { BackupWork } from './backup-work.ts';
import { needSpace } from './free-space.ts';
import { inOnePiece } from './in-one-piece.ts';
import { examine, readBack } from './read-back.ts';
import { manifestAt } from './read-storage.ts';

interface Copying {
  readonly manifest: BackupManifest;
  readonly from: Place;
  readonly to: BackupStorage;
  /** Where it is pinned. */
  readonly pin?: Pin | undefined;
}

/** Copies a backup to another storage, and reads it back there. Returns its manifest there, which knows both. Idempotent. */
export async function copyBackupTo(context: BackupWork, desk: BackupDesk, copying: Copying): Promise<BackupManifest> {
  const { manifest, to, pin } = copying;
  const { database, takenAt, startedAt, kind } = manifest;
  const format = formatOf(manifest.file);
  const key = backupKey({ database: database.name, takenAt: startedAt, kind, format });
  const { settings, databases, clock } = context;
  const rules = settings.backups?.retention ?? DEFAULT_RETENTION;
  const stays = staysAtLeastUntil({ kind, takenAt }, { rules, timeZone: settings.timeZone });
  // No store locks what is over by now.
  const retainUntil = stays && stays > clock.now() ? stays : undefined;
  const copied = (await present(to, key, manifest)) ?? (await copy(context, desk, { ...copying, key, retainUntil }));
  if (pin) await pinCopy({ storage: to, key }, pin);
  await Backup.enter(databases.ledger, copied);
  const verifiedAt = copied.copies.find(({ storage }) => storage === to.name)?.verifiedAt ?? clock.now();
  const entry = { backupId: manifest.id, storage: to.name, key, verifiedAt, triedAt: clock.now() };
  await BackupCopy.enter(databases.ledger, { ...entry, state: 'good' });
  return copied;
}

/** The manifest of a copy that somebody has made before. */
async function present(to: BackupStorage, key: string, { id }: BackupManifest): Promise<BackupManifest | undefined> {
  if ((await to.size(manifestKey(key))) === undefined) return undefined;
  const found = await manifestAt({ storage: to, key });
  if (found.id === id && (await to.size(key)) === found.bytes) return found;
  throw new UserError(`The storage ${to.name} has another backup under the name ${key}. Nothing was replaced.`);
}

async function copy(
  context: BackupWork,
  desk: BackupDesk,
  { manifest, from, to, key, retainUntil }: Copying & { readonly key: string; readonly retainUntil: Date | undefined },
): Promise<BackupManifest> {
  const { bytes, sha256 } = manifest;
  const stored = { storage: to, key, format: formatOf(manifest.file), expectedBytes: bytes, sha256 };
  try {
    if (!(await isLeft(context, desk, stored))) {
      await needSpace(to, bytes);
      await write(context, { manifest, from, to, key, retainUntil });
      await readBack(context, desk, stored);
    }
    const entry = { storage: to.name, key, bytes, sha256, verifiedAt: context.clock.now() };
    const others = manifest.copies.filter(({ storage }) => storage !== to.name);
    const copied = { ...manifest, file: key.split('/').at(-1) ?? key, copies: [...others, entry] };
    await to.write(manifestKey(key), inOnePiece(manifestText(copied)), { retainUntil });
    return copied;
  } catch (error) {
    // Another one’s, which is at the same.
    if (!(error instanceof AlreadyThereError)) await takeBack(to, key);
    throw error;
  }
}

/** Whether an earlier try, which was cut off before its manifest, has left the whole file; one that is not whole is removed. */
async function isLeft(
  context: BackupWork,
  desk: BackupDesk,
  stored: Place & Parameters<typeof examine>[2],
): Promise<boolean> {
  const { storage, key } = stored;
  if ((await storage.size(key)) === undefined) return false;
  const { fault } = await examine(context, desk, stored);
  if (fault !== undefined) await storage.remove([key]);
  return fault === undefined;
}

async function write(
  { signal, progress: show }: BackupWork,
  { manifest: { bytes }, from, to, key, retainUntil }: Parameters<typeof copy>[2],
): Promise<void> {
  const phase = `Copying to ${to.name}`;
  const progress = (done: number) => show({ phase, done, total: Math.max(done, bytes), unit: 'bytes' });
  const source = { storage: from.storage.name, key: from.key };
  if (await to.copyFrom?.(source, key, { retainUntil, signal, progress })) return;
  const content = from.storage.read(from.key, { signal });
  await to.write(key, content, { expectedBytes: bytes, retainUntil, signal, progress });
}

/** Without its manifest it is no backup. */
async function takeBack(to: BackupStorage, key: string): Promise<void> {
  await to.remove([manifestKey(key)]).catch(() => undefined);
  await to.remove([key]).catch(() => undefined);
}

/** Says beside a copy why it is never removed. */
export async function pinCopy({ storage, key }: Place, pin: Pin): Promise<void> {
  await storage.remove([pinKey(key)]);
  await storage.write(pinKey(key), inOnePiece(pinText(pin)));
}
