import type { Knex } from 'knex';
import { databaseDown } from '../domain/connection-failure.ts';
import type { Read } from '../domain/database-facts.ts';

const STATEMENT_MS = 10_000;
const LOCK_MS = 1000;

const WHY: Readonly<Record<string, string>> = {
  '42501': 'CapOps’ user lacks the right to it.',
  '55P03': 'Somebody holds a lock on it. Ask again once they are through.',
  '57014': `It takes longer than ${STATEMENT_MS / 1000} seconds.`,
};

/**
 * Reads one part of a report in a transaction of its own, which can change nothing, waits for no lock and ends soon; names mean
 * PostgreSQL's own. What this database does not let us read is said in words; rejects when the database does not answer.
 */
export async function readSection<T>(
  platform: Knex,
  what: string,
  work: (reading: Knex.Transaction) => Promise<T>,
  ownReasons: Readonly<Record<string, string>> = {},
): Promise<Read<T>> {
  try {
    return { facts: await onlyReading(platform, work) };
  } catch (error) {
    if (databaseDown(error)) throw error;
    const code = String((error as { code?: unknown }).code);
    if (!/^[0-9A-Z]{5}$/.test(code)) throw error;
    return {
      unread: `${what} could not be read. ${ownReasons[code] ?? WHY[code] ?? `PostgreSQL refuses it (${code}).`}`,
    };
  }
}

async function onlyReading<T>(platform: Knex, work: (reading: Knex.Transaction) => Promise<T>): Promise<T> {
  const limits = `SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = ${STATEMENT_MS}; SET LOCAL lock_timeout = ${LOCK_MS}`;
  return platform.transaction(
    async (reading) => {
      await reading.raw(limits);
      return work(reading);
    },
    { readOnly: true },
  );
}

/** The rows of one query. */
export async function rowsOf<Row>(reading: Knex.Transaction, sql: string, bindings: unknown[] = []): Promise<Row[]> {
  const { rows } = await reading.raw<{ rows: Row[] }>(sql, bindings as Knex.RawBinding[]);
  return rows;
}

/** Schemas of the platform's own; `n` is the namespace. */
export const OWN_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** Bigints and sums come as text. */
export function numbers<Row extends object, Key extends keyof Row>(
  row: Row,
  ...keys: Key[]
): Omit<Row, Key> & { [K in Key]: number } {
  const converted = Object.fromEntries(keys.map((key) => [key, Number(row[key])]));
  return { ...row, ...converted } as Omit<Row, Key> & { [K in Key]: number };
}
