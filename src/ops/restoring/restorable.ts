import { createHash } from 'node:crypto';
import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { UserError } from '../../errors.ts';
import { Backup } from '../../models/backup.ts';
import { goodBackupsBefore } from '../../models/good-backups.ts';
import type { BackupDesk, RestoreSource } from '../../ports.ts';
import type { Place } from '../backups/backup-desk.ts';
import { type FoundBackup, findBackup, goodPlaces } from '../backups/backup-found.ts';
import { manifestOf } from '../backups/sync-catalogue.ts';
import type { Context } from '../service/operation.ts';

/** What is to be restored. */
export interface Restorable {
  readonly source: RestoreSource;
  /** Undefined: nothing is known of it but what it says itself. */
  readonly manifest: BackupManifest | undefined;
  /** `ours`: its SHA-256 stands in the catalogue. Anything else is a program by somebody else. */
  readonly trust: 'ours' | 'foreign';
  /** In sentences: `backup ab12cd34`, `old.sql`. */
  readonly name: string;
}

/** Finds what was asked for: a backup's id, `latest`, or, in the terminal, a file. Throws UserError where there is none. */
export async function findRestorable(context: Context, desk: BackupDesk, asked: string): Promise<Restorable> {
  if (asked === 'latest') return known(await latest(context, desk));
  if (!/[./]/.test(asked)) return known(await findBackup(context, desk, asked));
  if (context.actor.face === 'terminal') return fromFile(context, desk, asked);
  throw new UserError({
    argument: 'backup',
    message: 'Files are restored in the terminal. Here a backup goes by its id, as “backups” lists them.',
  });
}

async function latest(context: Context, desk: BackupDesk): Promise<FoundBackup> {
  const { platform } = desk.sources;
  const before = new Date(context.clock.now().getTime() + 1);
  const [row] = await goodBackupsBefore(context.databases.ledger, platform, { before, limit: 1 });
  if (!row) {
    throw new UserError(
      `There is no good backup of ${platform.database}, other than safety backups. “backups” lists what there is.`,
    );
  }
  return findBackup(context, desk, row.id);
}

/** From the nearest place that has a good copy of it. */
function known(found: FoundBackup): Restorable {
  const { manifest, row } = found;
  if (!manifest || !row) throw new Error('a backup of the catalogue has a manifest');
  const short = manifest.id.slice(0, 8);
  const good = goodPlaces(found);
  const place = good.find(({ storage }) => storage.name === 'local') ?? good[0];
  if (!place) {
    const message = `No good copy of backup ${short} can be reached from here: “backups” says where they are, “verify-backup ${short}” looks again.`;
    throw new UserError({ argument: 'backup', message });
  }
  return { source: sourceOf(manifest, place), manifest, trust: 'ours', name: `backup ${short}` };
}

/** Reads a backup from one of its places. */
export function sourceOf({ id, sha256, bytes }: BackupManifest, { storage, key }: Place): RestoreSource {
  return { name: id.slice(0, 8), sha256, bytes, read: (options) => storage.read(key, options) };
}

/** A file is ours when its SHA-256 stands in the catalogue, whatever it is called and whatever stands beside it. */
async function fromFile(context: Context, desk: BackupDesk, path: string): Promise<Restorable> {
  const place = desk.file(path);
  const name = path.split('/').at(-1) ?? path;
  // A folder is a dump in the directory format; whether anything is there at all is seen when it is looked at.
  const isFile = (await place.storage.size(place.key)) !== undefined;
  if (!isFile) return { source: { path, name }, manifest: undefined, trust: 'foreign', name };
  const sha256 = await hashOf(context, place);
  const row = await Backup.bySha256(context.databases.ledger, sha256);
  const manifest = row && manifestOf(row);
  return { source: { path, name, sha256 }, manifest, trust: row ? 'ours' : 'foreign', name };
}

async function hashOf({ signal, progress }: Context, { storage, key }: Place): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of storage.read(key, { signal })) {
    hash.update(chunk);
    done += chunk.length;
    progress({ phase: `Reading ${key}`, done, unit: 'bytes' });
  }
  return hash.digest('hex');
}
