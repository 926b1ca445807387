import type { Knex } from 'knex';
import type { BackupFacts, FreshCopy, Role } from '../domain/backup-troubles.ts';

/** The newest good copy of each database in each storage. What is dated in the future says nothing of now. */
export async function freshestCopies(ledger: Knex, now: Date): Promise<FreshCopy[]> {
  const { rows } = await ledger.raw<{ rows: { role: Role; storage: string; takenAt: Date; bytes: string }[] }>(
    `SELECT DISTINCT ON (role, storage) role, storage, taken_at AS "takenAt", manifest->>'bytes' AS bytes
     FROM backups JOIN backup_copies ON backup_id = id
     WHERE state = 'good' AND storage IN ('local', 'offsite') AND taken_at <= ?
     ORDER BY role, storage, taken_at DESC`,
    [now],
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** Of each database the last scheduled backup’s size, and that of the one before, where both are of one format. */
export async function lastSizes(ledger: Knex): Promise<BackupFacts['sizes'][number][]> {
  const { rows } = await ledger.raw<{ rows: { role: Role; bytes: string; before: string }[] }>(
    `WITH nights AS (
       SELECT role, (manifest->>'bytes')::bigint AS bytes, manifest->>'format' AS format,
         manifest->>'compression' AS compression,
         row_number() OVER (PARTITION BY role ORDER BY taken_at DESC) AS place
       FROM backups WHERE kind = 'nightly'
     )
     SELECT last.role, last.bytes, former.bytes AS before
     FROM nights last JOIN nights former USING (role, format, compression)
     WHERE last.place = 1 AND former.place = 2`,
  );
  return rows.map(({ role, bytes, before }) => ({ role, bytes: Number(bytes), before: Number(before) }));
}

/** Copies that were found damaged, and are still there. */
export async function damagedCopies(ledger: Knex): Promise<BackupFacts['damaged'][number][]> {
  return ledger('backup_copies')
    .select({ id: 'backup_id' }, 'storage', 'fault')
    .where('state', 'bad')
    .orderBy('backup_id');
}
