import { type ChosenFormat, chooseFormat, streamFormat } from '../../domain/backup-choice.ts';
import type { BackupFormat } from '../../domain/backup-format.ts';
import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { ProgramError, UserError } from '../../errors.ts';
import { Backup } from '../../models/backup.ts';
import type { BackupDesk, DumpSource } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { type Forming, formBackup, type MadeBackup } from './form-backup.ts';

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
  if (wanted.format) return formBackup(context, desk, { ...begun, format: wanted.format });
  const chosen = formatFor(context, desk, begun);
  try {
    return await formBackup(context, desk, { ...begun, ...chosen });
  } catch (error) {
    context.signal.throwIfAborted();
    // Several sessions can fail at what one does not, such as somebody who waits for a table; a backup is worth another try.
    if (chosen.format.format !== 'directory' || !(error instanceof ProgramError)) throw error;
    return formBackup(context, desk, { ...begun, ...instead(desk, error) });
  }
}

function formatFor(
  { settings }: Context,
  { recipients }: BackupDesk,
  { inspection, former }: Pick<Forming, 'inspection' | 'former'>,
): ChosenFormat {
  const last = former?.manifest as Pick<BackupManifest, 'bytes' | 'format'> | undefined;
  return chooseFormat({
    inspection,
    parallelAboveBytes: settings.backups?.parallelAboveBytes,
    lastBytes: last?.format === 'directory' ? last.bytes : undefined,
    isEncrypted: recipients.length > 0,
  });
}

function instead({ recipients }: BackupDesk, { message }: ProgramError): ChosenFormat & Pick<Forming, 'warnings'> {
  const because = `One session: several at once could not dump it. ${message}`;
  return { format: streamFormat(recipients.length > 0), because, warnings: [INSTEAD] };
}

const INSTEAD = 'Several sessions at once failed to dump it, so one did.';

/** The one before, for comparison; a ledger that does not answer stops no backup. */
async function formerOf({ databases, log, runId }: Context, source: DumpSource): Promise<Backup | undefined> {
  try {
    return await Backup.newestGood(databases.ledger, source);
  } catch (error) {
    log.warn({ err: error, runId }, 'the catalogue could not say which backup was the last');
    return undefined;
  }
}
