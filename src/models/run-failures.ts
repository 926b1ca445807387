import type { Knex } from 'knex';
import { Run } from './run.ts';

/** Runs that ended badly after a moment: how many, and the newest of them. */
export async function failuresSince(
  ledger: Knex,
  since: Date,
  limit: number,
): Promise<{ readonly count: number; readonly newest: Run[] }> {
  const failures = () => Run.query(ledger).whereIn('state', ['failed', 'interrupted']).where('finished_at', '>', since);
  const [count, newest] = await Promise.all([
    failures().resultSize(),
    failures().orderBy('finished_at', 'desc').limit(limit),
  ]);
  return { count, newest };
}
