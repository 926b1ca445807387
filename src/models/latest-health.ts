import type { Knex } from 'knex';
import type { HealthFinding } from '../domain/health.ts';

/** What the last look at everything came to, and when that was. Undefined: nobody has looked yet. */
export async function latestHealth(
  ledger: Knex,
): Promise<{ readonly checkedAt: Date; readonly findings: readonly HealthFinding[] } | undefined> {
  const row = await ledger('health_watch').select({ checkedAt: 'minute' }, 'findings').whereNotNull('minute').first();
  return row && row.findings.length > 0 ? row : undefined;
}
