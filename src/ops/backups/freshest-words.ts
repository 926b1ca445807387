import { ageWords } from '../../domain/age-words.ts';
import type { FreshCopy } from '../../domain/backup-troubles.ts';
import { showBytes } from '../../domain/bytes.ts';
import { showTime } from '../../domain/end-date.ts';

const STORAGES: Readonly<Record<string, string>> = { local: 'on this machine', offsite: 'off site' };

/** How old the newest good copy is, of each database in each storage; `names` are what the databases are called there. */
export function freshestFacts(
  copies: readonly FreshCopy[],
  names: Readonly<Record<FreshCopy['role'], string>>,
  { now, timeZone }: { readonly now: Date; readonly timeZone: string },
): (readonly [label: string, value: string])[] {
  return copies.map(({ role, storage, takenAt, bytes }) => [
    `${names[role]}, ${STORAGES[storage] ?? storage}`,
    `${ageWords(takenAt, now)} old (${showTime(takenAt, timeZone)}), ${showBytes(bytes)}`,
  ]);
}
