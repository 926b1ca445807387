import type { Sight } from './health.ts';

/**
 * One of the databases, as it is reached step by step on connections of its own. A step that is absent was not reached; a question
 * stands for itself: the others are answered all the same.
 */
export interface DatabaseExam {
  /** On this machine, as its address says. */
  readonly isHere: boolean;
  /** As its address says. */
  readonly user: string;
  readonly database: string;
  readonly name: Sight<object>;
  readonly port?: Sight<object>;
  readonly tls?: Sight<TlsSight>;
  readonly login?: Sight<object>;
  /** What the server said against the login, where it said something. */
  readonly refusal?: LoginRefusal;
  readonly select?: Sight<object>;
  readonly server?: Sight<ServerSight>;
  /** Only where all was asked for. */
  readonly asked?: DatabaseAnswers;
}

/** What one connection asked one after the other. */
export interface DatabaseAnswers {
  readonly connections: Sight<ConnectionsSight>;
  readonly activity: Sight<ActivitySight>;
  readonly size: Sight<SizeSight>;
  readonly rights: Sight<{ readonly tables: readonly TableRights[] }>;
  readonly migrations: Sight<{ readonly unfinished: readonly UnfinishedMigration[] }>;
}

export type TlsSight =
  | { readonly isAskedFor: false }
  | {
      readonly isAskedFor: true;
      readonly certificateEnds?: Date;
      /** Its certificate would not stand a check, and the address asks for none. */
      readonly isUntrusted: boolean;
    };

export type LoginRefusal =
  | 'password'
  | 'no password'
  | 'no such user'
  | 'may not log in'
  /** pg_hba.conf has no line for it. */
  | 'not let in'
  /** pg_hba.conf has one, for connections with TLS. */
  | 'without TLS'
  | 'no such database'
  | 'may not connect'
  | 'database closed'
  | 'all taken'
  /** What is left is kept for others. */
  | 'only reserved ones left'
  | 'limit of the user'
  | 'limit of the database'
  | 'disk full'
  | 'out of memory';

export interface ServerSight {
  /** `16.4`. */
  readonly version: string;
  readonly isSuperuser: boolean;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  /** Where PostgreSQL has `default_transaction_read_only` from, in its own words: `database`, `user`, `configuration file`. */
  readonly readOnlyFrom: string;
}

export interface ConnectionsSight {
  readonly used: number;
  /** All that the server has, and how many of them are kept for superusers and the like. */
  readonly most: number;
  readonly reserved: number;
  readonly holders: readonly ConnectionHolder[];
}

/** Sessions that have user, application and state in common. */
export interface ConnectionHolder {
  readonly user: string;
  readonly application: string;
  /** PostgreSQL’s own: `idle in transaction`. `not shown`: we may not see it. */
  readonly state: string;
  readonly count: number;
  /** How long the longest has been in that state; null: not shown. */
  readonly longestSeconds: number | null;
}

export interface ActivitySight {
  /** Those that block or wait, and those whose transaction has been open for a minute. */
  readonly sessions: readonly SessionSight[];
  readonly waits: readonly LockWait[];
}

export interface SessionSight {
  readonly pid: number;
  /** When it began, to the microsecond, as PostgreSQL writes it; empty: we may not see it. With the pid it names one session for ever. */
  readonly started: string;
  readonly user: string;
  readonly application: string;
  readonly state: string;
  /** PostgreSQL’s own: `client backend`; empty: we may not see it. */
  readonly kind: string;
  /** On this database. */
  readonly isHere: boolean;
  readonly isOurs: boolean;
  /** Without values, clipped. */
  readonly statement: string;
  readonly transactionSeconds: number | null;
  /** How long it has been in its state. */
  readonly stateSeconds: number | null;
}

export interface LockWait {
  readonly pid: number;
  /** 0: a prepared transaction. */
  readonly blockedBy: readonly number[];
  /** Null: not known before PostgreSQL 14. */
  readonly seconds: number | null;
  /** `AccessExclusiveLock`. */
  readonly mode: string;
  /** The table it is about, where it is about one of this database. */
  readonly table: string | null;
}

export interface SizeSight {
  readonly databaseBytes: number;
  /** Of the disk its data is on, where that is on this machine and may be looked at. */
  readonly disk?: { readonly freeBytes: number; readonly totalBytes: number };
}

/** What our user lacks on a table that CapOps needs. */
export interface TableRights {
  readonly schema: string;
  readonly table: string;
  readonly isThere: boolean;
  readonly maySeeSchema: boolean;
  /** `SELECT`, `INSERT`. */
  readonly missing: readonly string[];
}

/** A row of `_prisma_migrations` that was begun, and neither finished nor rolled back. */
export interface UnfinishedMigration {
  readonly schema: string;
  readonly name: string;
  readonly startedAt: Date;
  /** The first line of what went wrong, without secrets; empty: nothing is said. */
  readonly log: string;
}

/** What came of ending a session. `another`: its number is somebody else’s by now. */
export type SessionEnd = 'ended' | 'ending' | 'gone' | 'another' | 'not allowed';

/** Looks at the two databases step by step, on connections of its own. */
export interface Examiner {
  /** Whether both databases are behind one address. */
  readonly isOneServer: boolean;
  /** Never rejects, and resolves when the signal aborts. */
  examine(database: 'platform' | 'ledger', look: ExamLook): Promise<DatabaseExam>;
  /** A session of the platform’s server by its number; undefined: there is none. Rejects as the driver has it. */
  findSession(pid: number, signal: AbortSignal): Promise<(SessionSight & { readonly blocks: number }) | undefined>;
  /** Ends exactly that session. Rejects as the driver has it. */
  endSession(session: Pick<SessionSight, 'pid' | 'started'>, signal: AbortSignal): Promise<SessionEnd>;
}

export interface ExamLook {
  readonly signal: AbortSignal;
  /** Asks everything, and not just whether it answers. */
  readonly isWhole: boolean;
}
