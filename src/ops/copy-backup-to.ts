import { formatOf } from '../domain/backup-format.ts';
import { staysAtLeastUntil } from '../domain/backup-kind.ts';
import { type BackupManifest, manifestText } from '../domain/backup-manifest.ts';
import { backupKey, manifestKey } from '../domain/backup-name.ts';
import { DEFAULT_RETENTION } from '../domain/retention.ts';
import { Backup } from '../models/backup.ts';
import { BackupCopy } from '../models/backup-copy.ts';
import type { BackupDesk, BackupStorage } from '../ports.ts';
import { needSpace } from './free-space.ts';
import type { Context } from './operation.ts';
import { readBack } from './read-back.ts';

interface Copying {
  readonly manifest: BackupManifest;
  readonly from: { readonly storage: BackupStorage; readonly key: string };
  readonly to: BackupStorage;
}

/** Copies a backup to another storage, and reads it back there. Returns its manifest there, which knows both. */
export async function copyBackupTo(
  context: Context,
  desk: BackupDesk,
  { manifest, from, to }: Copying,
): Promise<BackupManifest> {
  const { bytes, sha256, database, takenAt, kind } = manifest;
  const format = formatOf(manifest.file);
  const key = backupKey({ database: database.name, takenAt, kind, format });
  const { settings, signal } = context;
  const rules = settings.backups?.retention ?? DEFAULT_RETENTION;
  const retainUntil = staysAtLeastUntil({ kind, takenAt }, { rules, timeZone: settings.timeZone });
  await needSpace(to, bytes);
  const phase = `Copying to ${to.name}`;
  const progress = (done: number) => context.progress({ phase, done, total: bytes, unit: 'bytes' });
  await to.write(key, from.storage.read(from.key, { signal }), { expectedBytes: bytes, retainUntil, signal, progress });
  try {
    await readBack(context, desk, { storage: to, key, format, expectedBytes: bytes, sha256 });
    const verifiedAt = context.clock.now();
    const copies = [...manifest.copies, { storage: to.name, key, bytes, sha256, verifiedAt }];
    const file = key.split('/').at(-1) ?? key;
    const copied = { ...manifest, file, copies };
    await to.write(manifestKey(key), inOnePiece(manifestText(copied)), { retainUntil });
    await Backup.enter(context.databases.ledger, copied);
    const copy = { backupId: manifest.id, storage: to.name, key, verifiedAt, triedAt: verifiedAt };
    await BackupCopy.enter(context.databases.ledger, { ...copy, state: 'good' });
    return copied;
  } catch (error) {
    if ((await to.size(manifestKey(key))) === undefined) await to.remove([key]);
    throw error;
  }
}

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
