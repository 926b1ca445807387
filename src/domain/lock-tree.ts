import type { LockWait } from '../ports.ts';

/** A prepared transaction has no session. */
export const PREPARED = 0;

/** A session that blocks others and waits for nobody: the one that the others wait for in the end. */
export interface RootBlocker {
  readonly pid: number;
  /** Everybody who waits for it, directly or behind others. */
  readonly blocked: readonly number[];
  /** How long the longest of them has waited; null: not known. */
  readonly longestSeconds: number | null;
}

/** Who waits for a session, directly or behind others. */
export function sessionsBehind(pid: number, waits: readonly LockWait[]): ReadonlySet<number> {
  const behind = new Set<number>();
  const next = [pid];
  for (let blocker = next.pop(); blocker !== undefined; blocker = next.pop()) {
    for (const wait of waits) {
      if (wait.pid === pid || behind.has(wait.pid) || !wait.blockedBy.includes(blocker)) continue;
      behind.add(wait.pid);
      next.push(wait.pid);
    }
  }
  return behind;
}

/** The roots, the one that blocks the most first. Several that wait for each other are left to PostgreSQL, which ends one within a second. */
export function rootBlockers(waits: readonly LockWait[]): RootBlocker[] {
  const waiting = new Set(waits.filter(({ blockedBy }) => blockedBy.length > 0).map(({ pid }) => pid));
  const blockers = new Set(waits.flatMap(({ blockedBy }) => blockedBy));
  return [...blockers]
    .filter((pid) => !waiting.has(pid))
    .map((pid) => {
      const blocked = sessionsBehind(pid, waits);
      return { pid, blocked: [...blocked], longestSeconds: longest(waits.filter((wait) => blocked.has(wait.pid))) };
    })
    .sort((a, b) => b.blocked.length - a.blocked.length || a.pid - b.pid);
}

function longest(waits: readonly LockWait[]): number | null {
  const known = waits.flatMap(({ seconds }) => (seconds === null ? [] : [seconds]));
  return known.length === 0 ? null : Math.max(...known);
}
