import type { Knex } from 'knex';
import type { DrillCheck } from '../ports.ts';

/** What is wrong by each check that does not hold, in words. Nothing is changed. */
export async function failedChecks(restored: Knex, checks: readonly DrillCheck[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, sql } of checks) {
    try {
      const [row] = await restored.transaction(
        async (trx) => (await trx.raw<{ rows: Record<string, unknown>[] }>(sql.replaceAll('?', '\\?'))).rows,
        { readOnly: true },
      );
      const value = row && Object.values(row)[0];
      if (value !== true) faults.push(`“${name}” answers ${row ? String(value) : 'nothing'}, and not true`);
    } catch (error) {
      faults.push(`“${name}” fails: ${(error as Error).message}`);
    }
  }
  return faults;
}
