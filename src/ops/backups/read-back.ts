import type { BackupFormat } from '../../domain/backup-format.ts';
import { UserError } from '../../errors.ts';
import type { ArchiveCheck, BackupDesk, BackupStorage } from '../../ports.ts';
import type { Context } from '../service/operation.ts';

interface Stored {
  readonly storage: BackupStorage;
  readonly key: string;
  readonly format: BackupFormat;
  readonly expectedBytes: number;
  /** Hexadecimal; absent where nothing is known to compare with. */
  readonly sha256?: string | undefined;
}

/** Reads a stored backup to its end. Throws UserError where it is not whole, or not what was written. */
export async function readBack(
  context: Pick<Context, 'signal' | 'progress'>,
  desk: BackupDesk,
  stored: Stored,
): Promise<ArchiveCheck> {
  const check = await examine(context, desk, stored);
  if (check.fault !== undefined)
    throw new UserError(`${stored.key} in ${stored.storage.name} is no good: ${check.fault}`);
  return check;
}

/** The same, with what is wrong as part of the answer. */
export async function examine(
  context: Pick<Context, 'signal' | 'progress'>,
  { check, identities }: BackupDesk,
  { storage, key, format, expectedBytes, sha256 }: Stored,
): Promise<ArchiveCheck> {
  const phase = `Reading ${key.split('/').at(-1)} back from ${storage.name}`;
  const found = await check(storage.read(key, { signal: context.signal }), {
    ...format,
    identities,
    signal: context.signal,
    progress: (done) => context.progress({ phase, done, total: Math.max(done, expectedBytes), unit: 'bytes' }),
  });
  if (found.fault !== undefined) return found;
  if (sha256 !== undefined && found.sha256 !== sha256)
    return { ...found, fault: `its SHA-256 is ${found.sha256}, and was ${sha256} when it was made.` };
  return found;
}
