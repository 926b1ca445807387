import type { BackupDesk, RestoreDesk, RestorePlan } from '../../ports.ts';
import type { Restorable } from './restorable.ts';

/** What is asked of a restore, besides what is restored. */
export interface RestoreWish {
  /** How long the database that is live now stays afterwards. */
  readonly keepOldMs: number;
  /** Goes on where the live database cannot be backed up before. */
  readonly withoutSafetyBackup: boolean;
  /** Restores within the live database, though another could take its place. */
  readonly inPlace: boolean;
  readonly acceptForeign: boolean;
  /** Restores what was dumped of a database of another name, or in another environment. */
  readonly otherDatabase: boolean;
  /** Why the safety backup is made, in its manifest: `before a restore`. */
  readonly safetyNote: string;
}

/** All that a restore works with, once it is known that it can be done. */
export interface RestoreWork {
  readonly desk: RestoreDesk;
  readonly backups: BackupDesk;
  readonly restorable: Restorable;
  readonly plan: RestorePlan;
  readonly wish: RestoreWish;
  /** There is no live database: what is restored becomes it, and nothing is replaced. */
  readonly isAnew: boolean;
  /** What became of earlier ones that were cut off, in sentences. */
  readonly found: readonly string[];
  /** Undefined: another database takes the live one's place. Else its schemas are moved aside, for these reasons. */
  readonly within:
    | {
        readonly schemas: readonly string[];
        readonly extensions: readonly string[];
        readonly because: readonly string[];
      }
    | undefined;
}
