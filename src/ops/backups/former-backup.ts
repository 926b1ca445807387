import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { Backup } from '../../models/backup.ts';
import type { ArchiveLayout, DumpSource } from '../../ports.ts';
import type { Context } from '../service/operation.ts';

/** The newest good one of a database, of any layout or of this; a ledger that does not answer stops no backup. */
export async function formerOf(
  { databases, log, runId }: Pick<Context, 'databases' | 'log' | 'runId'>,
  source: DumpSource,
  layout?: ArchiveLayout,
): Promise<Backup | undefined> {
  try {
    return await Backup.newestGood(databases.ledger, source, layout);
  } catch (error) {
    log.warn({ err: error, runId }, 'the catalogue could not say which backup was the last');
    return undefined;
  }
}

/** How large the newest good one of this layout is; undefined where none is known. */
export async function lastBytesOf(
  context: Pick<Context, 'databases' | 'log' | 'runId'>,
  source: DumpSource,
  layout: ArchiveLayout,
): Promise<number | undefined> {
  const last = await formerOf(context, source, layout);
  return (last?.manifest as BackupManifest | undefined)?.bytes;
}
