import { ageWords } from './age-words.ts';
import { type BackupSize, worstShrinkage } from './backup-shrinkage.ts';
import { showTime } from './end-date.ts';
import type { Moment } from './moment.ts';

/** A night, and two hours. */
const OLDEST_MS = 26 * 3_600_000;

/** One thing that is wrong with the backups. */
export interface BackupTrouble {
  /** What tells it from others while it lasts; its first word is the kind. */
  readonly name: string;
  /** A sentence. */
  readonly words: string;
}

export type Role = 'platform' | 'ledger';

/** The newest good copy of a database in a storage. */
export interface FreshCopy {
  readonly role: Role;
  readonly storage: string;
  readonly takenAt: Date;
  readonly bytes: number;
}

/** Of a database: the last scheduled backup, and those of the week before it. */
export interface RecentSizes {
  readonly role: Role;
  readonly last: BackupSize;
  readonly before: readonly BackupSize[];
}

/** What is known of the backups. */
export interface BackupFacts {
  /** One a database and storage, where there is any. */
  readonly freshest: readonly FreshCopy[];
  readonly sizes: readonly RecentSizes[];
  readonly damaged: readonly { readonly id: string; readonly storage: string; readonly fault: string | null }[];
  /** Where there should be a copy of each. */
  readonly storages: readonly string[];
  /** Since when there should be one; undefined: not yet. */
  readonly since: Date | undefined;
}

const NAMES: Readonly<Record<Role, string>> = { platform: 'the platform’s database', ledger: 'the ledger' };
const ROLES: readonly Role[] = ['platform', 'ledger'];

/** What is wrong with the backups now. */
export function backupTroubles(facts: BackupFacts, here: Moment): BackupTrouble[] {
  const { sizes, damaged, storages } = facts;
  return [
    ...ROLES.flatMap((role) => storages.flatMap((storage) => tooOld(facts, { role, storage }, here) ?? [])),
    ...sizes.flatMap((size) => shrunk(size) ?? []),
    ...damaged.map(({ id, storage, fault }) => ({
      name: `damaged ${id} ${storage}`,
      words: `Backup ${id.slice(0, 8)} is damaged in ${storage}. ${fault ?? ''}`.trim(),
    })),
  ];
}

function tooOld(
  { freshest, since }: BackupFacts,
  { role, storage }: { role: Role; storage: string },
  { now, timeZone }: Moment,
): BackupTrouble | undefined {
  const oldest = now.getTime() - OLDEST_MS;
  const name = `old ${role} ${storage}`;
  const fresh = freshest.find((copy) => copy.role === role && copy.storage === storage);
  if (fresh && fresh.takenAt.getTime() >= oldest) return undefined;
  if (fresh) {
    const age = `${ageWords(fresh.takenAt, now)} old (${showTime(fresh.takenAt, timeZone)})`;
    return { name, words: `The last good backup of ${NAMES[role]} in ${storage} is ${age}.` };
  }
  if (!since || since.getTime() >= oldest) return undefined;
  return { name, words: `There is no good backup of ${NAMES[role]} in ${storage}.` };
}

/** Against the whole week: a second small night mends nothing. What was wanted is the week's own size after seven of them. */
function shrunk({ role, last, before }: RecentSizes): BackupTrouble | undefined {
  const worst = worstShrinkage(last, before);
  if (!worst) return undefined;
  const sizes = `${worst.now} after ${worst.before}`;
  return {
    name: `small ${role}`,
    words: `The last backup of ${NAMES[role]} is ${worst.less} % smaller than the largest of the week before it (${sizes}): look whether data are missing.`,
  };
}
