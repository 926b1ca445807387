import type { RetentionRules } from '../ports.ts';
import { type Decision, type Here, planRetention } from './retention.ts';
import type { Reason } from './retention-reasons.ts';
import type { StoredBackup } from './stored-backup.ts';

/** The storage that monthly backups go to, where capops.yml sends them there. */
export const ARCHIVE = 'archive';

/** Each storage is decided by itself; the archive keeps none for its day or its week. */
export function rulesFor(storage: string, rules: RetentionRules): RetentionRules {
  return storage === ARCHIVE ? { ...rules, daily: 0, weekly: 0 } : rules;
}

/** Those that stay in their storage for the monthly rule, and for no other reason, oldest first. */
export function monthlyOnly(decisions: readonly Decision[]): StoredBackup[] {
  const isMonthly = ({ keep, reasons, backup }: Decision) =>
    keep && backup.proof === 'verified' && reasons.length === 1 && reasons.every(isSlotOfMonth);
  return decisions
    .filter(isMonthly)
    .map(({ backup }) => backup)
    .reverse();
}

/**
 * Why the archive needs none of this month any more; undefined: it takes it. What has moved no longer takes its month's slot where
 * it was, so that an older one of the same month comes to stay there for it.
 */
export function unneededBecause(
  backup: StoredBackup,
  archived: readonly StoredBackup[],
  { rules, here }: { readonly rules: RetentionRules; readonly here: Here },
): string | undefined {
  if (archived.some(({ id }) => id === backup.id)) return undefined;
  const moved = { ...backup, storage: ARCHIVE };
  const decisions = planRetention([...archived, moved], rulesFor(ARCHIVE, rules), here);
  const { keep = true, reasons = [] } = decisions.find((one) => one.backup === moved) ?? {};
  if (reasons.some(isSlotOfMonth)) return undefined;
  return keep ? 'a newer one of its month is kept' : reasons.map(({ words }) => words).join('; ');
}

function isSlotOfMonth({ rule }: Reason): boolean {
  return /^monthly \d+ of /.test(rule);
}
