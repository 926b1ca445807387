/** Why somebody who was asked gave no answer that can be judged. Certificates: as they were seen from here. */
export type NoAnswer =
  /** Nothing came within the time. */
  | 'silent'
  /** An answer began, and was not through within the time. */
  | 'unfinished'
  | 'refused'
  | 'unresolved'
  | 'unreachable'
  | 'broken off'
  | 'certificate expired'
  | 'certificate not yet valid'
  | 'certificate of another host'
  | 'certificate not trusted'
  /** Encryption was asked for, and is not spoken there. */
  | 'no TLS'
  /** What answered does not speak the protocol. */
  | 'another protocol'
  /** The user, the password, the token or the key is refused. */
  | 'login refused'
  | 'no such database'
  | 'no connections left'
  | 'starting or stopping'
  | 'failed';

/** What a look at one service saw; `ms` is how long that took. No address, no secret. */
export type Sight<T> =
  | ({ readonly isAnswered: true; readonly ms: number } & T)
  | {
      readonly isAnswered: false;
      readonly ms: number;
      readonly because: NoAnswer;
      /** What is wrong, for a person, where more is known. */
      readonly sentence?: string;
    };

export interface Look {
  /** Aborts when the time is over: the look ends at once then, with what is known. */
  readonly signal: AbortSignal;
  /** Looks up what takes longer, too. */
  readonly isVerbose: boolean;
}

/** A database; the facts only where all was asked for and it told them. */
export interface DatabaseSight {
  readonly certificateEnds?: Date;
  readonly facts?: {
    readonly version: string;
    readonly connections: number;
    readonly mostConnections: number;
    /** Set on a standby: how far it is behind; null: not known. */
    readonly standbyLagMs?: number | null;
    /** Who copies from it. */
    readonly replicas: readonly { readonly state: string; readonly lagMs: number | null }[];
  };
}

export interface HttpSight {
  readonly status: number;
  readonly contentType: string;
  /** Where a redirect leads: `/path`, `HTTPS, /path` or `another port, /path` on the same host, or `elsewhere`; without a query. */
  readonly redirect?: string;
  /** At most 64 KB. */
  readonly body: string;
  /** There is more of it. */
  readonly isCut: boolean;
  readonly certificateEnds?: Date;
}

export interface RedisSight {
  readonly certificateEnds?: Date;
  /** What INFO says, by its own names; only where all was asked for and it told them. */
  readonly facts?: Readonly<Record<string, string>>;
}

export interface SlackSight {
  /** Undefined: it took the token. Else Slack's own word for why it did not: `invalid_auth`. */
  readonly refusal: string | undefined;
  readonly workspace: string | undefined;
}

/** Of the disk that backups on this machine are on, or will be. */
export interface DiskSight {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Migrations that have not run yet, by file name; `missing`: the ledger's database is not there. */
export interface MigrationsSight {
  readonly platform: readonly string[];
  readonly ledger: readonly string[] | 'missing';
}

/**
 * Looks at what CapOps and the platform stand on, each at the configured address and nowhere else. None rejects; each uses
 * a connection of its own, which is gone when it resolves or soon after. Undefined: not configured.
 */
export interface Probes {
  database(look: Look): Promise<Sight<DatabaseSight>>;
  ledger(look: Look): Promise<Sight<DatabaseSight>>;
  gateway(look: Look): Promise<Sight<HttpSight> | undefined>;
  frontend(look: Look): Promise<Sight<HttpSight> | undefined>;
  redis(look: Look): Promise<Sight<RedisSight> | undefined>;
  slack(look: Look): Promise<Sight<SlackSight> | undefined>;
  offsite(look: Look): Promise<Sight<object> | undefined>;
  disk(look: Look): Promise<Sight<DiskSight>>;
  migrations(look: Look): Promise<Sight<MigrationsSight>>;
}
