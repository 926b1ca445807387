import type { RetentionRules, StorageLock } from '../ports.ts';
import { classOf, daysAfter, daysOf } from './backup-kind.ts';
import { showDate } from './end-date.ts';
import type { Moment } from './moment.ts';
import {
  daysOverReason,
  daysReason,
  lockedReason,
  noSlotReason,
  type Reason,
  slotReasons,
  unprovenReason,
} from './retention-reasons.ts';
import { type SlotVerdict, slotsOf } from './retention-slots.ts';
import { databaseOf, newestFirst, type Proof, type StoredBackup } from './stored-backup.ts';

/** What holds where capops.yml says nothing. */
export const DEFAULT_RETENTION: RetentionRules = { daily: 7, weekly: 4, monthly: 12, manualDays: 7, safetyDays: 30 };

/** So many of the newest good backups of a database stay in each storage, whatever the rules say. */
export const NEWEST_KEPT = 3;

/** What was never verified, or found damaged, is looked into for so many days. */
export const UNPROVEN_DAYS = 7;

/** What becomes of one copy, and why; there is at least one reason. */
export interface Decision {
  readonly backup: StoredBackup;
  readonly keep: boolean;
  readonly reasons: readonly Reason[];
}

type Verdict = Omit<Decision, 'backup'>;

/** Now, the zone in which days, weeks and months are meant, and the environment whose backups are ours to remove. */
export interface Here extends Moment {
  readonly environment: string;
}

/**
 * Decides every copy, newest first. Each database is decided by itself in each storage. The calendar's rules count
 * scheduled backups; only verified ones that are not dated in the future take slots. In whatever order they are given,
 * the decisions are the same; planned again for what is kept, all of it is.
 */
export function planRetention(backups: readonly StoredBackup[], rules: RetentionRules, here: Here): Decision[] {
  const sorted = [...backups].sort(newestFirst);
  const files = Map.groupBy(sorted, ({ storage, fileKey }) => JSON.stringify([storage, fileKey]));
  const shared = new Set([...files.values()].filter((same) => same.length > 1).flat());
  const decisions = new Map<StoredBackup, Decision>();
  for (const ofOne of Map.groupBy(sorted, databaseOf).values()) {
    const known = knownOf(ofOne, { rules, here, shared });
    for (const backup of ofOne) decisions.set(backup, decide(backup, known));
  }
  return sorted.flatMap((backup) => decisions.get(backup) ?? []);
}

/** What is known of all backups of one database in one storage. */
interface Known {
  readonly rules: RetentionRules;
  readonly here: Here;
  /** Backups whose file another manifest names too. */
  readonly shared: ReadonlySet<StoredBackup>;
  readonly newestGood: StoredBackup | undefined;
  readonly slots: ReadonlyMap<StoredBackup, readonly SlotVerdict[]>;
}

function knownOf(sorted: readonly StoredBackup[], given: Pick<Known, 'rules' | 'here' | 'shared'>): Known {
  const { rules, here } = given;
  const good = sorted.filter(({ proof, takenAt }) => proof === 'verified' && takenAt <= here.now);
  const newest = slotsOf(good, { last: NEWEST_KEPT }, here.timeZone);
  const { daily, weekly, monthly } = rules;
  const scheduled = good.filter(({ kind }) => classOf(kind) === 'scheduled');
  const calendar = slotsOf(scheduled, { daily, weekly, monthly }, here.timeZone);
  const slots = new Map(good.map((one) => [one, [...(calendar.get(one) ?? []), ...(newest.get(one) ?? [])]]));
  return { ...given, newestGood: good[0], slots };
}

function decide(backup: StoredBackup, known: Known): Decision {
  const always = alwaysKept(backup, known);
  const verdict = ruled(backup, known);
  if (always.length === 0) return { backup, ...verdict };
  return { backup, ...keep(verdict.keep ? [...always, ...verdict.reasons] : always) };
}

/** Why no rule may remove it. */
function alwaysKept(backup: StoredBackup, { here, shared }: Known): Reason[] {
  const { pinned, environment, takenAt, lockedUntil, kind } = backup;
  const reasons: (Reason | false | undefined)[] = [
    pinned && { rule: 'pinned', words: `pinned (${pinned.reason})` },
    environment !== here.environment && {
      rule: 'elsewhere',
      words: `made in ${environment}: only CapOps of ${environment} removes it`,
    },
    takenAt > here.now && {
      rule: 'future',
      words: `dated in the future (${showDate(takenAt, here.timeZone)}): it takes no slot, and is never removed`,
    },
    classOf(kind) === 'unknown' && { rule: 'kind', words: `of the kind “${kind}”, which no rule removes` },
    shared.has(backup) && { rule: 'shared', words: 'another manifest names the same file' },
    isLocked(lockedUntil, here.now) && lockedReason(lockedUntil, here.timeZone),
  ];
  return reasons.filter((reason) => typeof reason === 'object');
}

function isLocked(lock: StorageLock | undefined, now: Date): lock is StorageLock {
  return lock !== undefined && (lock === 'further notice' || lock > now);
}

/** What the rules say, were nothing else in the way. */
function ruled(backup: StoredBackup, known: Known): Verdict {
  const { rules, here } = known;
  const { kind, proof, takenAt } = backup;
  const days = daysOf(classOf(kind), rules);
  if (proof !== 'verified') return unproven({ proof, takenAt }, Math.max(days ?? 0, UNPROVEN_DAYS), known);
  const verdicts = known.slots.get(backup) ?? [];
  const kept = slotReasons(verdicts);
  if (days === undefined) return kept.length > 0 ? keep(kept) : remove(noSlotReason(verdicts));
  const until = daysAfter(takenAt, { days, timeZone: here.timeZone });
  if (until > here.now) return keep([...kept, daysReason(kind, { days, until, here })]);
  return kept.length > 0 ? keep(kept) : remove(daysOverReason(kind, { days, until, here }));
}

/** What proves nothing goes after its days, and only when something newer does. */
function unproven(
  { proof, takenAt }: { proof: Exclude<Proof, 'verified'>; takenAt: Date },
  days: number,
  { here, newestGood }: Known,
): Verdict {
  const from = typeof proof === 'object' && proof.damagedSince > takenAt ? proof.damagedSince : takenAt;
  const until = daysAfter(from, { days, timeZone: here.timeZone });
  const isOver = until <= here.now;
  const isReplaced = newestGood !== undefined && newestGood.takenAt > takenAt;
  const reason = unprovenReason(proof, { days, until, isOver, isReplaced, here });
  return isOver && isReplaced ? remove(reason) : keep([reason]);
}

function keep(reasons: readonly Reason[]): Verdict {
  return { keep: true, reasons };
}

function remove(reason: Reason): Verdict {
  return { keep: false, reasons: [reason] };
}
