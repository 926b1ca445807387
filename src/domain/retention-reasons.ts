import type { StorageLock } from '../ports.ts';
import { showTime } from './end-date.ts';
import { listWords } from './module-keys.ts';
import type { Moment } from './moment.ts';
import type { SlotRule, SlotVerdict } from './retention-slots.ts';
import type { Proof } from './stored-backup.ts';

/** Why a backup is kept or removed. */
export interface Reason {
  /** The rule in brief, for a list: `weekly 2 of 4`, `pinned`. */
  readonly rule: string;
  /** To be read after “kept: ” or “removed: ”. */
  readonly words: string;
}

/** How long something stays. */
interface Stay {
  readonly days: number;
  readonly until: Date;
  readonly here: Moment;
}

/** The slots that it takes: `the newest of Sunday 25 Jan 2026 (daily 3 of 7)`. */
export function slotReasons(verdicts: readonly SlotVerdict[]): Reason[] {
  return verdicts.flatMap(({ rule, count, period, slot }) => {
    if (typeof slot !== 'number') return [];
    const brief = `${rule} ${slot} of ${count}`;
    if (rule === 'last') return [{ rule: brief, words: `one of the last ${count} good ones` }];
    return [{ rule: brief, words: `the newest of ${period} (${brief})` }];
  });
}

/** Why a scheduled one takes none: `a newer one of January 2026, 7 newer days and 4 newer weeks are kept`. */
export function noSlotReason(verdicts: readonly SlotVerdict[]): Reason {
  const calendar = verdicts.filter(({ rule }) => rule !== 'last');
  const newer = calendar.filter(({ slot }) => slot === 'newer').map(({ period }) => `a newer one of ${period}`);
  const full = calendar.filter(({ slot }) => slot === 'full').map(({ rule, count }) => periods(rule, count));
  const isOne = calendar.length === 1 && (newer.length === 1 || calendar[0]?.count === 1);
  return {
    rule: calendar.map(({ rule, count }) => `${rule} ${count}`).join(', ') || 'none',
    words: `${listWords([...newer, ...full]) || 'none but the last good ones'} ${isOne ? 'is' : 'are'} kept`,
  };
}

const NOUNS: Readonly<Record<SlotRule, string>> = { last: 'backup', daily: 'day', weekly: 'week', monthly: 'month' };

function periods(rule: SlotRule, count: number): string {
  return `${count} newer ${NOUNS[rule]}${count === 1 ? '' : 's'}`;
}

export function daysReason(kind: string, { days, until, here }: Stay): Reason {
  return {
    rule: kind,
    words: `“${kind}” backups stay ${dayWords(days)}, this one until ${showTime(until, here.timeZone)}`,
  };
}

export function daysOverReason(kind: string, { days, until, here }: Stay): Reason {
  return {
    rule: kind,
    words: `“${kind}” backups stay ${dayWords(days)}, this one stayed until ${showTime(until, here.timeZone)}`,
  };
}

export function lockedReason(lock: StorageLock, timeZone: string): Reason {
  const until = lock === 'further notice' ? 'somebody releases it there' : showTime(lock, timeZone);
  return { rule: 'locked', words: `locked in its storage until ${until}` };
}

/** What becomes of a backup that was never verified, or is damaged. */
export function unprovenReason(
  proof: Exclude<Proof, 'verified'>,
  { days, until, isOver, isReplaced, here }: Stay & { readonly isOver: boolean; readonly isReplaced: boolean },
): Reason {
  const rule = typeof proof === 'object' ? 'damaged' : proof;
  const state = typeof proof === 'object' ? foundDamaged(proof.damagedSince, here) : STATES[proof];
  const end = showTime(until, here.timeZone);
  if (!isOver) return { rule, words: `${state}: takes no slot, and stays ${dayWords(days)}, until ${end}` };
  if (!isReplaced) return { rule, words: `${state}, but no newer good one stands beside it` };
  return { rule, words: `${state}, stayed ${dayWords(days)}, until ${end}, and newer good ones stand beside it` };
}

const STATES = { unverified: 'never verified', incomplete: 'its file is not there' } as const;

function foundDamaged(since: Date, { timeZone }: Moment): string {
  return `found damaged on ${showTime(since, timeZone)}`;
}

function dayWords(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
