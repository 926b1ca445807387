import type { Knex } from 'knex';
import { DBError } from 'objection';

/** Serialisation failure, deadlock, and a row that somebody else inserted meanwhile: tried again, it goes another way. */
const TRY_AGAIN = new Set(['40001', '40P01', '23505']);
const MAX_ATTEMPTS = 3;

/**
 * Runs work in one transaction: all of it or none. Where somebody else was faster (the same row inserted meanwhile, a
 * deadlock), it is run anew on what there is now, at most three times in all; the work must therefore be repeatable.
 */
export async function inTransaction<T>(platform: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await platform.transaction(work);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !overtaken(error)) throw error;
    }
  }
}

function overtaken(error: unknown): boolean {
  const native = error instanceof DBError ? error.nativeError : error;
  const code = (native as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && TRY_AGAIN.has(code);
}
