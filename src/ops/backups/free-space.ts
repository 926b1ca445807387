import { layoutBytes } from '../../domain/backup-choice.ts';
import { showBytes } from '../../domain/bytes.ts';
import { UserError } from '../../errors.ts';
import type { BackupStorage, DatabaseInspection } from '../../ports.ts';

/** What is left free besides. */
const MARGIN = 1.1;

/** Throws UserError where a storage has no room for so many bytes. */
export async function needSpace(storage: BackupStorage, bytes: number): Promise<void> {
  const free = await storage.freeBytes();
  if (free === undefined || free >= bytes * MARGIN) return;
  throw new UserError(
    `The storage ${storage.name} has ${showBytes(free)} free, and this needs about ${showBytes(bytes)}. Nothing was written. Make room there, or have old backups pruned.`,
  );
}

/** Throws UserError where the disk that a dump by several sessions is laid out on has no room for it. */
export function needLayoutRoom(
  inspection: Pick<DatabaseInspection, 'sizeBytes' | 'roomBytes'>,
  lastBytes: number | undefined,
): void {
  const bytes = layoutBytes({ inspection, lastBytes });
  if (inspection.roomBytes >= bytes) return;
  const message = `What ends in .dir.tar is laid out on the disk of BACKUP_DIR first. That needs about ${showBytes(bytes)}, and ${showBytes(inspection.roomBytes)} may be used there. Nothing was written. Make room there, or let the file’s name end in .dump.zst, which needs none.`;
  throw new UserError({ argument: 'output', message });
}
