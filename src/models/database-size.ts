import type { Knex } from 'knex';
import type { DaySize, NotedSizes } from '../domain/database-growth.ts';

// Days are calendar days, as text: a date read as a moment would turn with the zone.

/** Whether a database’s sizes of a day are noted already. */
export async function areSizesNoted(ledger: Knex, { database, day }: Day): Promise<boolean> {
  return (await ledger('database_size_days').where({ database, day }).first('day')) !== undefined;
}

interface Day {
  readonly database: string;
  /** `2026-11-22`. */
  readonly day: string;
}

/** Notes the sizes of a day, all or none. False where somebody else has: theirs stay. */
export async function noteSizes(ledger: Knex, { database, ...sizes }: NotedSizes & Day, now: Date): Promise<boolean> {
  const { day, bytes, tables } = sizes;
  return ledger.transaction(async (trx) => {
    const noted = await trx('database_size_days')
      .insert({ database, day, noted_at: now, bytes })
      .onConflict(['database', 'day'])
      .ignore()
      .returning('day');
    if (noted.length === 0) return false;
    await trx.raw(
      `INSERT INTO database_sizes (database, day, name, bytes)
       SELECT ?, ?, name, bytes FROM jsonb_to_recordset(?::jsonb) AS given (name text, bytes bigint)`,
      [database, day, JSON.stringify(tables)],
    );
    return true;
  });
}

/** Forgets the days before that one. */
export async function forgetSizes(ledger: Knex, before: string): Promise<void> {
  await ledger('database_size_days').where('day', '<', before).delete();
}

/** The database’s size on each noted day from that one on, the oldest first. */
export async function sizesByDay(ledger: Knex, database: string, from: string): Promise<DaySize[]> {
  const { rows } = await ledger.raw<{ rows: { day: string; bytes: string }[] }>(
    'SELECT day::text, bytes FROM database_size_days WHERE database = ? AND day >= ? ORDER BY database_size_days.day',
    [database, from],
  );
  return rows.map(({ day, bytes }) => ({ day, bytes: Number(bytes) }));
}

/** What its tables had on a day. */
export async function tableSizesOf(ledger: Knex, { database, day }: Day): Promise<NotedSizes['tables']> {
  const rows = await ledger('database_sizes').where({ database, day }).select('name', 'bytes');
  return rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }));
}
