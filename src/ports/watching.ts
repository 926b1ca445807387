/** What must wake somebody. */
export type Trouble = 'platform' | 'ledger' | 'audit' | 'backups' | 'gateway' | 'frontend';

/** Whoever has to be woken. Returns at once and never throws; what does not arrive is logged. */
export interface Pager {
  /** One sentence. Called again while the trouble lasts: it is repeated after 30 minutes at the earliest. */
  wake(trouble: Trouble, summary: string): void;
  /** Says that it is over, where somebody was woken for it. */
  over(trouble: Trouble, summary: string): void;
}

/** The newest good backup of a database in a storage, as it is measured. */
export interface NewestBackup {
  /** `platform` or `ledger`. */
  readonly database: string;
  readonly storage: string;
  readonly ageSeconds: number;
  readonly bytes: number;
}

/** What CapOps counts of itself. Labels are words of its own: never a person, a channel, an address. */
export interface Meter {
  ran(run: {
    readonly operation: string;
    readonly outcome: string;
    readonly face: string;
    readonly seconds: number;
  }): void;
  /** `status` is HTTP's, or `none` where no answer came. */
  calledSlack(call: { readonly method: string; readonly status: string }): void;
  acknowledged(seconds: number): void;
  /** Whether a part that CapOps needs answered. */
  saw(part: string, isReady: boolean): void;
  /** How long after its slot a scheduled operation was begun. */
  late(seconds: number): void;
  /** Where to read how many runs wait; asked whenever somebody looks. It may reject: then nothing is shown. */
  watchQueue(depth: () => Promise<number>): void;
  /** The same, for the newest good backup of each database in each storage. */
  watchBackups(newest: () => Promise<readonly NewestBackup[]>): void;
}
