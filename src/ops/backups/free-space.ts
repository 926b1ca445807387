import { showBytes } from '../../domain/bytes.ts';
import { UserError } from '../../errors.ts';
import type { BackupStorage } from '../../ports.ts';

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
