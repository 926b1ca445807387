/**
 * One line of the emergency journal: how a run stands, should nothing more be heard of it. An `intent` stands before the
 * work, an `outcome` after it. `run` and `record` are as `runs` and `audit_log` take them, times as ISO texts.
 */
export interface JournalLine {
  readonly kind: 'intent' | 'outcome';
  readonly runId: string;
  /** What makes the request one; null: nothing does. */
  readonly requestKey: string | null;
  readonly run: Readonly<Record<string, unknown>>;
  readonly record: Readonly<Record<string, unknown>>;
}

/** What one run left in the journal. */
export interface JournalFile {
  /** Those that can be read, in order. */
  readonly lines: readonly JournalLine[];
  /** Set where a write was cut off: the name under which `finish` keeps what there is, for a person to look at. */
  readonly torn: string | undefined;
  /** To be called once its lines stand in the ledger: it is not replayed again. Idempotent. */
  finish(): Promise<void>;
}

/** Where emergency operations are recorded on this machine while the ledger is down. Any number of processes may use it. */
export interface Journal {
  /**
   * Resolves once the line would survive a power cut; rejects when it cannot be made to. An intent whose request key was
   * journalled before is not written: it resolves with the last line that the first delivery left.
   */
  append(line: JournalLine): Promise<JournalLine | undefined>;
  /**
   * Keeps lines of runs that needed no intent as long as fewer than about `most` files wait, so that no flood of them fills
   * the disk. Resolves, once the rest would survive a power cut, with how many found no room; rejects when they cannot be
   * made to.
   */
  keep(lines: readonly JournalLine[], most: number): Promise<number>;
  /** Names of what waits to be replayed, to be taken in this order. */
  waiting(): Promise<string[]>;
  /** Undefined while its writer is there and may add to it, and where somebody else has finished it. */
  take(name: string): Promise<JournalFile | undefined>;
}
