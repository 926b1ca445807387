import { dirname, join } from 'node:path';
import { type Reading, sqlOf } from './restore-reading.ts';
import { noRoom, type StagedDump, staged } from './restore-staging.ts';
import { isFull, writeInRoom } from './staging-room.ts';
import { removeFolder } from './work-folder.ts';

/**
 * Writes an archive that is laid out in a folder of ours as SQL, beside itself, and takes its place: pg_restore may read an
 * archive otherwise than as the text that it writes of it, so that text is what is read and what is run. A plain dump stays.
 */
export async function copyAsSql(dump: StagedDump, reading: Reading): Promise<StagedDump> {
  const { identity, path, source, close } = dump;
  if (identity.format === 'plain') return dump;
  if (path === undefined) throw new Error('An archive from elsewhere is laid out before');
  const copy = join(dirname(path), 'sql');
  await writeInRoom(copy, sqlOf(dump, reading), reading.signal).catch((error: unknown) => {
    throw isFull(error) ? noRoom(source, dirname(path)) : error;
  });
  await removeFolder(path);
  const plain = { ...identity, format: 'plain', compression: 'none', isEncrypted: false } as const;
  return staged(
    source,
    { identity: plain, request: { signal: reading.signal, trust: 'foreign' } },
    { path: copy, close },
  );
}
