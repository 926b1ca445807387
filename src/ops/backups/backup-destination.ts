import { basename } from 'node:path';
import { type BackupFormat, endingOf, formatOf } from '../../domain/backup-format.ts';
import { isoDate } from '../../domain/end-date.ts';
import { AlreadyThereError, UserError } from '../../errors.ts';
import type { BackupDesk, BackupStorage } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { usualStorages } from './backup-desk.ts';

/** Where a backup goes that somebody asked for, and in which format; `copyTo`: where a copy goes then. */
interface Destination {
  readonly storage: BackupStorage;
  readonly format: BackupFormat | undefined;
  readonly key?: string;
  readonly copyTo?: BackupStorage | undefined;
}

/** Throws UserError where the file that was named is there, or cannot be written as it is named. */
export async function destinationOf(
  context: Context,
  desk: BackupDesk,
  path: string | undefined,
): Promise<Destination> {
  if (context.actor.face === 'terminal') return placeHere(context, desk, path);
  return { ...usualStorages(desk, context.settings), format: undefined };
}

/** In the terminal: the file that was named, or the day’s own. */
async function placeHere(context: Context, desk: BackupDesk, path: string | undefined): Promise<Destination> {
  if (path !== undefined) return fileNamed(context, desk, path);
  const { clock, settings } = context;
  const now = clock.now();
  const day = `backup-${isoDate(now, settings.timeZone)}`;
  const time = now.toLocaleTimeString('en-GB', { timeZone: settings.timeZone }).replaceAll(':', '-');
  const format = formatOf(desk.recipients.length > 0 ? '.sql.age' : '.sql');
  const ending = endingOf(format);
  const isTaken = (await desk.local.size(day + ending)) !== undefined;
  return { storage: desk.local, format, key: `${day}${isTaken ? `T${time}` : ''}${ending}` };
}

async function fileNamed(context: Context, desk: BackupDesk, path: string): Promise<Destination> {
  const format = formatOf(basename(path));
  if (format.isEncrypted && desk.recipients.length === 0)
    throw new UserError({ argument: 'output', message: NO_RECIPIENTS });
  const { storage, key } = desk.file(path);
  if ((await storage.size(key)) !== undefined) throw taken(context, path);
  return { storage, key, format };
}

const NO_RECIPIENTS =
  'A file that ends in .age is encrypted, and capops.yml names no age keys to encrypt to. Leave out .age, or add keys under backups, encrypt_to.';

/** Says so where somebody else was faster. */
export function refuseTaken(context: Context, { error, path }: { error: unknown; path: string | undefined }): never {
  throw error instanceof AlreadyThereError && path !== undefined ? taken(context, path) : error;
}

function taken(context: Context, path: string): UserError {
  const output = freeName(path, context);
  return new UserError({ argument: 'output', message: `${path} is there already, and is not replaced.` }, [
    { label: 'Under a free name', operation: 'backup', input: { ...context.raw, output } },
  ]);
}

/** The same with the moment in it. */
function freeName(path: string, { clock }: Context): string {
  const stamp = clock.now().toISOString().slice(0, 19).replaceAll(':', '-');
  const name = basename(path);
  const dot = name.indexOf('.');
  return `${path.slice(0, -name.length)}${name.slice(0, dot)}-${stamp}${name.slice(dot)}`;
}
