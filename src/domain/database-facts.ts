// What PostgreSQL says of a database, as it is asked for a report. Ages and spans are by the database's own clock.

/** A part of the report that could be read, or why it could not, in a sentence or two. */
export type Read<T> = { readonly facts: T } | { readonly unread: string };

/** Something of the database: `name` for people, `sql` as PostgreSQL would quote it. */
export interface Named {
  /** `public.orders`. */
  readonly name: string;
  /** `public.orders`, `work."Odd one"`. */
  readonly sql: string;
}

export interface DatabaseOverview {
  readonly database: string;
  /** `16.4`. */
  readonly version: string;
  readonly bytes: number;
  /** A standby counts what is read on it, not on its primary. */
  readonly isStandby: boolean;
  /** Since when PostgreSQL counts; absent: it has counted ever since, or forgot when it began. */
  readonly countingSince?: Date;
  /** Blocks of 8 KB that were found in PostgreSQL's memory, and that were not. */
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly deadlocks: number;
  readonly temporaryBytes: number;
  readonly isAutovacuumOn: boolean;
  /** Transactions since the oldest rows of each database on the server were frozen; it stops near 2^31. */
  readonly transactionAges: readonly { readonly database: string; readonly age: number; readonly rowLockAge: number }[];
  /** From this age on PostgreSQL freezes by itself. */
  readonly freezeMaxAge: number;
  /** What an administrator would run so that CapOps sees others’ connections and statements; absent: it does. */
  readonly lacksRight?: string;
}

export interface TableFacts extends Named {
  /** The table's own rows, its indexes, and what is too long for a row. */
  readonly heapBytes: number;
  readonly indexBytes: number;
  readonly toastBytes: number;
  /** Somebody holds a lock on it: its sizes are those of its last vacuum. */
  readonly isHeld: boolean;
  /** As PostgreSQL estimates them. */
  readonly rows: number;
  readonly deadRows: number;
  readonly changedSinceAnalyze: number;
  readonly lastVacuum?: Date;
  readonly lastAnalyze?: Date;
  readonly isAutovacuumOff: boolean;
  /** Times that it was read from beginning to end, and rows that came of it. */
  readonly scans: number;
  readonly scannedRows: number;
  readonly indexScans: number;
  readonly transactionAge: number;
}

export interface IndexFacts extends Named {
  readonly table: Named;
  readonly bytes: number;
  readonly scans: number;
  /** Enforces something: unique, a constraint, or what replication tells rows apart by. */
  readonly isNeeded: boolean;
  readonly isUnique: boolean;
  /** False: it was left half made, and helps no query. */
  readonly isValid: boolean;
  /** One is being made on its table just now. */
  readonly isBeingMade: boolean;
  /** A part of an index over partitions, or such an index itself: it cannot be dropped by itself. */
  readonly isPartitioned: boolean;
  readonly method: string;
  /** Each column with its operators, collation and direction; equal texts mean equal columns. */
  readonly keys: readonly string[];
  /** Columns that are only carried along. */
  readonly included: readonly string[];
  /** Its expressions and its condition; equal texts mean the same. */
  readonly more: string;
}

export interface ForeignKeyFacts {
  readonly name: string;
  readonly table: Named;
  readonly to: Named;
  readonly columns: readonly Named[];
  readonly isPartitioned: boolean;
}

export interface Activity {
  readonly limit: number;
  /** Connections on the whole server by what they do: `active`, `idle`, `idle in transaction`, `not shown`. */
  readonly byState: Readonly<Record<string, number>>;
  /** Of this database, those that have lasted longer than asked for. */
  readonly transactions: readonly LongTransaction[];
}

export interface LongTransaction {
  /** Absent: prepared, and held by no connection. */
  readonly pid?: number;
  readonly user: string;
  readonly program: string;
  readonly state: string;
  readonly ageSeconds: number;
  /** How long it has done nothing, where it does nothing. */
  readonly idleSeconds?: number;
  /** Its last statement without the values in it. */
  readonly statement: string;
  /** Ends this one and no other. */
  readonly ending: string;
}

/** `hidden`: how many CapOps’ user may not read. */
export interface Sequences {
  readonly known: readonly SequenceFacts[];
  readonly hidden: number;
}

export interface SequenceFacts extends Named {
  readonly last: number;
  /** The last number that the sequence and its column can hold. */
  readonly limit: number;
  /** The column that it numbers, and its type, where there is one. */
  readonly column?: Named & { readonly table: Named; readonly type: string };
  readonly type: string;
}

export interface SlotFacts {
  readonly name: string;
  readonly isActive: boolean;
  /** `reserved`, `extended`, `unreserved`, `lost`. */
  readonly state: string;
  readonly heldBytes: number;
  readonly dropping: string;
}

/** What pg_stat_statements knows. */
export interface StatementsFacts {
  readonly countingSince?: Date;
  readonly slowest: readonly StatementFacts[];
  readonly mostFrequent: readonly StatementFacts[];
}

export interface StatementFacts {
  /** Without the values in it. */
  readonly statement: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  /** Its part of the time that all statements took, from 0 to 1. */
  readonly share: number;
}

/** Everything that the report is made of. */
export interface DatabaseFacts {
  readonly overview: Read<DatabaseOverview>;
  /** The largest first. */
  readonly tables: Read<readonly TableFacts[]>;
  readonly indexes: Read<readonly IndexFacts[]>;
  readonly foreignKeys: Read<readonly ForeignKeyFacts[]>;
  readonly activity: Read<Activity>;
  readonly sequences: Read<Sequences>;
  readonly slots: Read<readonly SlotFacts[]>;
  readonly statements: Read<StatementsFacts>;
}

/** What was read, or what stands in for it. */
export function readOr<T, Otherwise>(read: Read<T>, otherwise: Otherwise): T | Otherwise {
  return 'facts' in read ? read.facts : otherwise;
}

export function totalBytes({ heapBytes, indexBytes, toastBytes }: TableFacts): number {
  return heapBytes + indexBytes + toastBytes;
}
