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
