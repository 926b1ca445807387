import { z } from 'zod';
import { formatOf } from '../../domain/backup-format.ts';
import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { keyOfManifest } from '../../domain/backup-name.ts';
import { NotThereError, UserError } from '../../errors.ts';
import { Backup } from '../../models/backup.ts';
import type { BackupDesk } from '../../ports.ts';
import type { Argument, Context } from '../service/operation.ts';
import { type Place, placeOf } from './backup-desk.ts';
import { manifestAt } from './read-storage.ts';
import { manifestOf, syncCatalogue } from './sync-catalogue.ts';

const ID = /^[0-9a-f-]{6,36}$/i;
const FORMS = 'A backup goes by its id, at least its first six letters and digits, such as ab12cd34';

/** A backup that exists, by its id or the beginning of it. */
export const backupId: Argument<string, true> = {
  label: 'Backup',
  summary: 'the backup’s id, or its first eight letters, as “backups” lists them',
  example: 'ab12cd34',
  required: true,
  positional: true,
  schema: () => z.string().regex(ID, `${FORMS}.`),
  widget: { kind: 'text', maxLength: 36 },
};

/** The same, or, in the terminal, a file. */
export const backupOrFile: Argument<string, true> = {
  ...backupId,
  summary: 'the backup’s id, as “backups” lists them; in the terminal a file, too',
  schema: () =>
    z
      .string()
      .max(1000)
      .regex(/^([0-9a-f-]{6,36}|.*[./].*)$/i, `${FORMS}; in the terminal a file will do.`),
  isPath: true,
};

/** A backup, and where it stands. */
export interface FoundBackup {
  /** Undefined: a file without one. */
  readonly manifest: BackupManifest | undefined;
  /** Undefined: the ledger does not know it. */
  readonly row: Backup | undefined;
  /** What this process can reach. */
  readonly places: readonly Place[];
}

/** Throws UserError where there is none, or more than one begins so. */
export async function findBackup(context: Context, desk: BackupDesk, asked: string): Promise<FoundBackup> {
  if (!ID.test(asked)) return findFile(context, desk, asked);
  const row = await findRow(context, desk, asked);
  const copies = (row.copies ?? []).filter(({ state }) => state !== 'removed' && state !== 'wanted');
  return { manifest: manifestOf(row), row, places: copies.flatMap((copy) => placeOf(desk, copy) ?? []) };
}

/** Those of its places where the catalogue has it good. */
export function goodPlaces({ row, places }: FoundBackup): Place[] {
  return places.filter(({ storage, key }) =>
    row?.copies?.some((copy) => copy.state === 'good' && copy.storage === storage.name && copy.key === key),
  );
}

/** What the ledger has of it. */
export async function findRow(context: Context, desk: BackupDesk, asked: string): Promise<Backup> {
  const { ledger } = context.databases;
  let found = await Backup.byPrefix(ledger, asked);
  if (found.length === 0) {
    await syncCatalogue(context, desk);
    found = await Backup.byPrefix(ledger, asked);
  }
  const [row, another] = found;
  if (!row) throw new UserError({ argument: 'backup', message: `There is no backup ${asked}. “backups” lists them.` });
  if (another)
    throw new UserError({ argument: 'backup', message: `Several backups begin with ${asked}. Give more of the id.` });
  return row;
}

async function findFile({ actor, databases }: Context, desk: BackupDesk, path: string): Promise<FoundBackup> {
  if (actor.face !== 'terminal')
    throw new UserError({ argument: 'backup', message: `${FORMS}. Files are for the terminal.` });
  const { storage, key: given } = desk.file(path);
  const key = keyOfManifest(given) ?? given;
  if ((await storage.size(key)) === undefined)
    throw new UserError({ argument: 'backup', message: `There is no file ${path}.` });
  const manifest = await manifestAt({ storage, key }).catch((error: unknown) => {
    if (error instanceof NotThereError) return undefined;
    throw error;
  });
  if (!manifest) formatOf(key);
  const row = manifest && (await Backup.query(databases.ledger).findById(manifest.id).withGraphFetched('copies'));
  return { manifest, row, places: [{ storage, key }] };
}
