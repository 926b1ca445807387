import type { Knex } from 'knex';
import type { Role } from '../domain/backup-troubles.ts';

/** A scheduled backup's size. */
export interface NightlySize {
  readonly role: Role;
  readonly takenAt: Date;
  readonly bytes: number;
}

/** The sizes of the last scheduled backups of each database, the oldest first. */
export async function nightlySizes(ledger: Knex, count: number): Promise<NightlySize[]> {
  const { rows } = await ledger.raw<{ rows: { role: Role; takenAt: Date; bytes: string }[] }>(
    `SELECT role, taken_at AS "takenAt", manifest->>'bytes' AS bytes
     FROM (SELECT *, row_number() OVER (PARTITION BY role ORDER BY taken_at DESC) AS place FROM backups WHERE kind = 'nightly') AS nights
     WHERE place <= ? ORDER BY role, taken_at`,
    [count],
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** When a backup was last restored whole, and when that one was taken. Undefined: never. */
export async function lastProven(
  ledger: Knex,
): Promise<{ readonly provenAt: Date; readonly takenAt: Date } | undefined> {
  return ledger('backups')
    .select({ provenAt: 'proven_at', takenAt: 'taken_at' })
    .whereNotNull('proven_at')
    .orderBy('proven_at', 'desc')
    .first();
}

/** The last good scheduled backup of the platform in a time, and whether there was none before its end. */
export async function lastNightlyBetween(
  ledger: Knex,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<{
  readonly last: { readonly takenAt: Date; readonly storages: readonly string[] } | undefined;
  readonly isFirst: boolean;
}> {
  const { rows } = await ledger.raw<{ rows: { takenAt: Date; storages: string[] }[] }>(
    `SELECT taken_at AS "takenAt", array_agg(storage ORDER BY storage) AS storages
     FROM backups JOIN backup_copies ON backup_id = id
     WHERE role = 'platform' AND kind = 'nightly' AND state = 'good' AND taken_at >= :from AND taken_at < :until
     GROUP BY id ORDER BY taken_at DESC LIMIT 1`,
    { from, until },
  );
  const before = await ledger('backups').where('role', 'platform').where('taken_at', '<', until).limit(1).first('id');
  return { last: rows[0], isFirst: before === undefined };
}
