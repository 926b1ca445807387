import type { StorageLock } from '../ports.ts';

/**
 * How far a copy can be trusted. Only one that was read back whole, and was whole when it was last looked at, is
 * `verified`; `incomplete`: its manifest is there, its file is not.
 */
export type Proof = 'verified' | 'unverified' | 'incomplete' | { readonly damagedSince: Date };

/** One copy of a backup, in one storage. */
export interface StoredBackup {
  readonly id: string;
  readonly storage: string;
  /** Where it was made, e.g. `production`. */
  readonly environment: string;
  readonly database: { readonly name: string; readonly role: string };
  /** `nightly`, `manual`, `safety`, …: see backup-kind.ts. */
  readonly kind: string;
  readonly takenAt: Date;
  readonly proof: Proof;
  readonly pinned?: { readonly reason: string } | undefined;
  /** Until when the storage itself refuses to remove it. */
  readonly lockedUntil?: StorageLock | undefined;
  readonly manifestKey: string;
  readonly fileKey: string;
}

/** What tells one database's backups in one storage from all others. */
export function databaseOf({ storage, environment, database }: StoredBackup): string {
  return JSON.stringify([storage, environment, database.role, database.name]);
}

/** By age; what is of the same moment by its names, so that the order given does not matter. */
export function newestFirst(a: StoredBackup, b: StoredBackup): number {
  return b.takenAt.getTime() - a.takenAt.getTime() || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function nameOf({ storage, id, manifestKey }: StoredBackup): string {
  return JSON.stringify([storage, id, manifestKey]);
}
