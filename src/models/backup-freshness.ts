import type { Knex } from 'knex';
import type { BackupSize } from '../domain/backup-shrinkage.ts';
import type { BackupFacts, FreshCopy, RecentSizes, Role } from '../domain/backup-troubles.ts';

/** A night may begin later than the one a week ago. */
const WEEK = '7 days 2 hours';

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

/**
 * Of each database the last scheduled backup’s size, and those of the week before it; of the one before in any case. None that is dated
 * in the future: it would be the last one until then.
 */
export async function recentSizes(ledger: Knex, now: Date): Promise<RecentSizes[]> {
  const { rows } = await ledger.raw<{ rows: SizeRow[] }>(
    `WITH nights AS (
       SELECT role, taken_at, manifest, row_number() OVER newest AS place, first_value(taken_at) OVER newest AS last
       FROM backups WHERE kind = 'nightly' AND taken_at <= ? WINDOW newest AS (PARTITION BY role ORDER BY taken_at DESC)
     )
     SELECT role, manifest->>'format' AS format, manifest->>'compression' AS compression, manifest->>'bytes' AS bytes,
       (SELECT coalesce(sum(count::numeric), 0) FROM jsonb_each_text(manifest->'tables') AS tables (name, count)) AS rows
     FROM nights WHERE place <= 2 OR taken_at >= last - interval '${WEEK}' ORDER BY role, place`,
    [now],
  );
  const roles = Map.groupBy(rows, ({ role }) => role);
  return [...roles].flatMap(([role, [last, ...before]]) =>
    last ? [{ role, last: sizeOf(last), before: before.map(sizeOf) }] : [],
  );
}

type SizeRow = Pick<BackupSize, 'format' | 'compression'> & { role: Role; bytes: string; rows: string };

function sizeOf({ format, compression, bytes, rows }: SizeRow): BackupSize {
  return { format, compression, bytes: Number(bytes), rows: Number(rows) };
}

/** Copies that were found damaged, and are still there. */
export async function damagedCopies(ledger: Knex): Promise<BackupFacts['damaged'][number][]> {
  return ledger('backup_copies')
    .select({ id: 'backup_id' }, 'storage', 'fault')
    .where('state', 'bad')
    .orderBy('backup_id');
}
