import { chooseFormat, streamFormat } from '../../domain/backup-choice.ts';
import type { BackupFormat } from '../../domain/backup-format.ts';
import { LayoutRoomError, ProgramError, StorageError, UserError } from '../../errors.ts';
import type { BackupDesk } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { type Forming, formBackup, type MadeBackup } from './form-backup.ts';
import { formerOf, lastBytesOf } from './former-backup.ts';
import { needLayoutRoom } from './free-space.ts';

/** What is to be made. */
export interface Wanted extends Pick<Forming, 'source' | 'storage' | 'kind' | 'note' | 'key'> {
  /** Undefined: what suits the database’s size and the disk. */
  readonly format: BackupFormat | undefined;
}

/**
 * Makes a backup: dumped, stored, read back whole, and only then known as one, by its manifest. What fails or is cut off
 * on the way leaves nothing that looks like a backup.
 */
export async function makeBackup(context: Context, desk: BackupDesk, wanted: Wanted): Promise<MadeBackup> {
  const { source } = wanted;
  const startedAt = context.clock.now();
  context.progress({ phase: `Looking at ${source.database}` });
  const inspection = await source.inspect({ signal: context.signal });
  if (inspection.obstacles.length > 0) throw new UserError(inspection.obstacles.map((message) => ({ message })));
  const former = await formerOf(context, source);
  const begun = { ...wanted, inspection, former, startedAt };
  const { format } = wanted;
  if (format) {
    if (format.format === 'directory') needLayoutRoom(inspection, await lastBytesOf(context, source, format));
    return formBackup(context, desk, { ...begun, format });
  }
  const isEncrypted = desk.recipients.length > 0;
  const { parallelAboveBytes } = context.settings.backups ?? {};
  const lastBytes = await lastBytesOf(context, source, FOLDER);
  const chosen = chooseFormat({ inspection, parallelAboveBytes, lastBytes, isEncrypted });
  try {
    return await formBackup(context, desk, { ...begun, ...chosen });
  } catch (error) {
    context.signal.throwIfAborted();
    const because = chosen.format.format === 'directory' ? whyOneSession(error) : undefined;
    if (because === undefined) throw error;
    const instead = { format: streamFormat(isEncrypted), because, warnings: [INSTEAD] };
    return formBackup(context, desk, { ...begun, ...instead });
  }
}

const FOLDER = { format: 'directory', compression: 'none' } as const;
const INSTEAD = 'Several sessions at once failed to dump it, so one did.';

/**
 * Several sessions can fail at what one does not, such as somebody who waits for a table, or a disk that fills up: a backup is worth
 * another try. In a sentence that stands in the manifest; undefined: one session would fail too.
 */
function whyOneSession(error: unknown): string | undefined {
  const isDiskFull = error instanceof StorageError && error.storage === 'local' && error.kind === 'full';
  if (isDiskFull || error instanceof LayoutRoomError)
    return 'One session: the disk became too full for what several write.';
  if (error instanceof ProgramError) return `One session: several at once could not dump it. ${error.message}`;
  return undefined;
}
