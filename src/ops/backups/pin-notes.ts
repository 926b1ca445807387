import type { Backup } from '../../models/backup.ts';
import type { BackupDesk } from '../../ports.ts';
import type { Context } from '../service/operation.ts';
import { keptStorages, type Place, placeOf } from './backup-desk.ts';

/** Where a note beside a copy is read again: in the configured storages. */
function copiesOf(desk: BackupDesk, { copies = [] }: Backup): Place[] {
  const kept = keptStorages(desk).map(({ name }) => name);
  const present = copies.filter(
    ({ storage, state }) => kept.includes(storage) && (state === 'good' || state === 'bad'),
  );
  return present.flatMap((copy) => placeOf(desk, copy) ?? []);
}

/** Does something beside each copy that the configured storages have. Resolves with the storages where it did not work. */
export async function besideCopies(
  { log, runId }: Context,
  { desk, row }: { readonly desk: BackupDesk; readonly row: Backup },
  work: (place: Place) => Promise<void>,
): Promise<string[]> {
  const failed: string[] = [];
  for (const place of copiesOf(desk, row)) {
    await work(place).catch((error: unknown) => {
      log.warn({ err: error, runId, storage: place.storage.name }, 'a pin could not be changed beside its backup');
      failed.push(place.storage.name);
    });
  }
  return failed;
}
