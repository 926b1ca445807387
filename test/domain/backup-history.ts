import { DEFAULT_RETENTION, type Decision, type Here } from '../../src/domain/retention.ts';
import type { StoredBackup } from '../../src/domain/stored-backup.ts';
import type { RetentionRules } from '../../src/ports.ts';

export const DAY_MS = 86_400_000;

/** A whole verified nightly backup of the platform. */
export function backupOf(takenAt: string | number, more: Partial<StoredBackup> = {}): StoredBackup {
  const at = new Date(takenAt);
  const id = more.id ?? `${more.kind ?? 'nightly'} ${at.toISOString()}`;
  return {
    id,
    storage: 'local',
    environment: 'production',
    database: { name: 'planner', role: 'platform' },
    kind: 'nightly',
    takenAt: at,
    proof: 'verified',
    manifestKey: `${id}.manifest.json`,
    fileKey: id,
    ...more,
  };
}

export function hereOf(now: string | number | Date, timeZone = 'UTC'): Here {
  return { now: new Date(now), timeZone, environment: 'production' };
}

export function rulesOf(rules: Partial<RetentionRules> = {}): RetentionRules {
  return { ...DEFAULT_RETENTION, ...rules };
}

/** One verified backup a day. */
export function nightly(count: number, first: string | number): StoredBackup[] {
  const begin = new Date(first).getTime();
  return Array.from({ length: count }, (_, day) => backupOf(begin + day * DAY_MS));
}

export function keptOf(decisions: readonly Decision[]): StoredBackup[] {
  return decisions.filter(({ keep }) => keep).map(({ backup }) => backup);
}

/** What was decided of a backup, as people read it. */
export function said(decisions: readonly Decision[], wanted: StoredBackup): string {
  const { keep, reasons = [] } = decisions.find(({ backup }) => backup.id === wanted.id) ?? {};
  return `${keep ? 'kept' : 'removed'}: ${reasons.map(({ words }) => words).join('; ')}`;
}

/** A small generator of numbers, so that a failure can be repeated. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function shuffled<T>(items: readonly T[], below: (below: number) => number): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(below(left.length), 1));
}
