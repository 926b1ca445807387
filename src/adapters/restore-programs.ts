import type { PgPrograms } from './pg-programs.ts';

/** The first of each major version whose psql can be held to SQL alone; from 18 on every one can. */
const KNOWS_RESTRICT: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

/** The oldest pg_restore that reads what this pg_dump wrote: what it writes itself, the most servers take. */
export function restoreProgram(
  found: readonly PgPrograms[],
  pgDumpVersion: string | undefined,
): PgPrograms | undefined {
  const least = pgDumpVersion === undefined ? 0 : Number.parseInt(pgDumpVersion, 10);
  return found.filter(({ major }) => major >= least).toSorted((a, b) => a.major - b.major)[0];
}

/** Whether its psql can be told to refuse every psql command (`\restrict`). */
export function knowsRestrict({ major, version }: PgPrograms): boolean {
  const least = KNOWS_RESTRICT[major];
  return major >= 18 || (least !== undefined && Number(version.split('.')[1]) >= least);
}
