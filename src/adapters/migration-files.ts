import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';

const folder = (name: string) => fileURLToPath(new URL(`../../migrations/${name}`, import.meta.url));

/** Where knex finds the migrations of each database, and where it keeps book. */
export const MIGRATIONS = {
  platform: { directory: folder('platform'), schemaName: 'capops', extension: 'ts', loadExtensions: ['.ts'] },
  ledger: { directory: folder('ledger'), schemaName: 'public', extension: 'ts', loadExtensions: ['.ts'] },
} as const satisfies Record<string, Knex.MigratorConfig>;

/** Migrations that a database still lacks, in order, and those it has although this version does not know them. */
export async function compareMigrations(
  database: keyof typeof MIGRATIONS,
  applied: readonly string[],
): Promise<{ pending: string[]; unknown: string[] }> {
  const files = await readdir(MIGRATIONS[database].directory);
  const known = files.filter((name) => name.endsWith('.ts')).sort();
  return {
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}
