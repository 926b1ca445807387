import type { Knex } from 'knex';

// What operations may use of the world. Each port has one implementation in adapters/, built by compose.ts.

/** Who asks. */
export interface Actor {
  /** `slack:U0123`, `cli:<os user>@<host>` or `schedule:<entry>`; this is what the platform records as `performed_by`. */
  readonly id: string;
  readonly name: string;
  readonly face: 'slack' | 'terminal' | 'schedule';
  /** Set where the request came from Slack. */
  readonly slack?: { readonly userId: string; readonly teamId: string; readonly channelId?: string };
  /** Set where the request came from the terminal. */
  readonly osUser?: string;
  /** The person who let an entry of the schedule run. */
  readonly onBehalfOf?: Actor;
}

/** The two databases. A failed connection surfaces within 2.5 s. */
export interface Databases {
  readonly platform: Knex;
  readonly ledger: Knex;
}

/** The platform gateway's cache of access decisions. */
export interface AccessCache {
  /** Drops what the gateway remembers of these organisations' access. Idempotent. Rejects when Redis does not answer. */
  forget(access: readonly { organisationId: string; moduleKeys: readonly string[] }[]): Promise<void>;
  close(): Promise<void>;
}

/** A person as Slack knows them. */
export interface Person {
  readonly name: string;
  readonly standing: 'member' | 'guest' | 'deactivated';
}

/** Who is who in Slack, no older than 60 s. */
export interface Directory {
  /** The workspace that the bot's token belongs to. Undefined until Slack has said. */
  workspaceId(): Promise<string | undefined>;
  /** As Slack last said, when it does not answer now. Undefined when it never has. */
  person(userId: string): Promise<Person | undefined>;
  /** Members' user ids. Empty when the group cannot be asked. */
  groupMembers(groupId: string): Promise<ReadonlySet<string>>;
  /** Forgets a group's members (all groups without an id): Slack said that they changed. */
  forgetGroup(groupId?: string): void;
}

/** The people who should hear of changes, in the channel that the configuration names. */
export interface Team {
  /** Tells them one sentence, as plain text. Rejects within 2 s when Slack does not take it. */
  tell(sentence: string): Promise<void>;
}

export interface Clock {
  now(): Date;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A file that came with a request; the reference is a Slack file id or a path, as the face has it. */
export interface IncomingFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** The content, read once. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** How far a run is; `total` is absent where it is not known. */
export interface Progress {
  readonly phase: string;
  readonly done?: number;
  readonly total?: number;
  /** What is counted; absent: pieces. */
  readonly unit?: 'bytes';
}

/** What the reviewed file `capops.yml` says about who may do what. */
export interface Policy {
  readonly roles: Readonly<Record<Role, { readonly users: readonly string[]; readonly groups: readonly string[] }>>;
  /** Whether membership of a user group may make somebody an admin. */
  readonly trustUserGroups: boolean;
  /** Undefined: the workspace that the bot's token belongs to. */
  readonly teamId: string | undefined;
  /** Channels in which commands are taken besides direct messages with CapOps. */
  readonly allowedChannels: 'any' | readonly string[];
  /** OS users and what they are; undefined: whoever runs the terminal is admin. */
  readonly osUsers:
    | Readonly<Record<string, { readonly role: Role | undefined; readonly slack: string | undefined }>>
    | undefined;
  /** What runs by itself, and when. */
  readonly schedule: readonly ScheduleEntry[];
  /** Which operations wait for a second person, by runbook name, besides those that always do. Absent: none. */
  readonly approvals?: Readonly<Record<string, ApprovalRule>> | undefined;
}

/** Who lets an operation run that somebody else has asked for. */
export interface ApprovalRule {
  /** Each line is to be met; one person counts for one line. */
  readonly from: readonly ApprovalLine[];
  /** How long a request waits before it expires. */
  readonly waitMs: number;
  /** Who is reminded, once; undefined: nobody. Without `users`: those by user id who are still needed. */
  readonly nudge: { readonly afterMs: number; readonly users: readonly string[] | undefined } | undefined;
  /** The id of the channel in which requests are posted; undefined: the one that hears of changes. */
  readonly channel: string | undefined;
}

/** So many different people out of these users and the members of these groups. */
export interface ApprovalLine {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly count: number;
}

/** One operation that runs by itself. A slot is a moment at which it is due. */
export interface ScheduleEntry {
  readonly name: string;
  /** Five fields. */
  readonly cron: string;
  /** IANA name; the fields are meant in it. */
  readonly timeZone: string;
  /** The operation's runbook name. */
  readonly operation: string;
  /** Raw input, as a face would hand it in. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The id of the channel that gets the report; undefined: it is only recorded. */
  readonly channel: string | undefined;
  /** How late a slot may still be run. */
  readonly catchUpMs: number;
}

export type Role = 'viewer' | 'operator' | 'admin';

/** What stands in the configuration and matters to operations. */
export interface Settings {
  /** The environment's name, e.g. `production`; it stands on every confirmation. */
  readonly environment: string;
  /** IANA name. Days begin and end in it. */
  readonly timeZone: string;
  /** How much one person may ask for from Slack within any 60 s; undefined: as much as they like. */
  readonly requestsPerMinute?: number | undefined;
  /** Undefined when there is no `capops.yml`: Slack is denied, the terminal is admin. */
  readonly policy: Policy | undefined;
  /** The id of the channel that keeps the audit's anchors; absent: none does. */
  readonly auditChannel?: string | undefined;
  /** Absent when there is no `capops.yml`: the defaults hold. */
  readonly backups?: BackupSettings | undefined;
}

export interface BackupSettings {
  /** Where backups go that nobody sends elsewhere; absent: off site where there is such a place, else to this machine. */
  readonly storage?: 'local' | 'offsite' | 'both' | undefined;
  /** Public keys of age; absent or none: backups are not encrypted. */
  readonly encryptTo?: readonly string[] | undefined;
  readonly retention: RetentionRules;
}

/** How long backups are kept. */
export interface RetentionRules {
  /** So many days, weeks and months that have a scheduled backup keep their newest. */
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Days that a backup stays which somebody asked for. */
  readonly manualDays: number;
  /** Days that a backup stays which was made before something dangerous. */
  readonly safetyDays: number;
}

/** Processes beside this one, as far as they can be seen. */
export interface Processes {
  /** Where process ids mean the same as here; undefined: not known. */
  readonly machine: string | undefined;
  readonly pid: number;
  isAlive(pid: number): boolean;
}

/** What became of a job that was handed out: the run needs no more work, or somebody is to take it up again. */
export type JobVerdict = 'done' | 'again';

/** Works one job. `signal` aborts when the worker stops, or when the job was given to somebody else meanwhile. */
export type JobHandler = (runId: string, signal: AbortSignal) => Promise<JobVerdict>;

/**
 * Runs that wait for a worker, in the ledger. A job carries the run's id and nothing else: the truth about a run is in
 * `runs`. A job is handed out at least once: whoever handles it claims the run first.
 */
export interface JobQueue {
  /** Adds a run's job in the caller's transaction on the ledger: both or neither. A run that has one already keeps it. */
  enqueue(trx: Knex.Transaction, runId: string): Promise<void>;
  /** The same for a run whose worker is known to be gone: the job that it had is dropped, so that nobody waits for it. */
  enqueueAnew(trx: Knex.Transaction, runId: string): Promise<void>;
  /**
   * Works jobs, at most `concurrency` at a time, until `signal` aborts; resolves when what was taken is done or given
   * back. Waits for a ledger that is down. `again` hands the job back: somebody gets it in 1 to 4 s, in up to 30 s when
   * it was handed back often. So does a handler that throws, which is logged. A job whose worker died, or could not
   * reach the ledger for 30 s, is handed out anew within a minute.
   */
  work(handle: JobHandler, options: { readonly concurrency: number; readonly signal: AbortSignal }): Promise<void>;
  /** Jobs that wait. Rejects when the ledger does not answer. */
  depth(): Promise<number>;
  /** Ends all work here as if each signal had aborted. */
  close(): Promise<void>;
}

/** What must wake somebody. */
export type Trouble = 'platform' | 'ledger' | 'audit' | 'backups';

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
  /** Names of what waits to be replayed, to be taken in this order. */
  waiting(): Promise<string[]>;
  /** Undefined while its writer is there and may add to it, and where somebody else has finished it. */
  take(name: string): Promise<JournalFile | undefined>;
}

/** What stands under a key. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface WriteOptions {
  /** Roughly. Where there comes several times as much, a large object ends with a StorageError. */
  readonly expectedBytes?: number | undefined;
  /** Where the storage locks objects: not before then can it be removed. Elsewhere of no effect. */
  readonly retainUntil?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes so far, again and again. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/**
 * One place that keeps backups. Keys are paths with slashes; one that leaves the place is refused with a UserError. What
 * the place itself refuses, or a place that does not answer, is a StorageError.
 */
export interface BackupStorage {
  /** As configured: `local`, `offsite`. */
  readonly name: string;
  /**
   * Writes an object whole or not at all, with flat memory. Until it resolves nobody finds anything under the key. Content
   * that fails or is aborted leaves nothing; what is there already is never replaced (AlreadyThereError). Content that is
   * not read to its end is closed. Once the last byte is through, an abort comes too late.
   */
  write(
    key: string,
    content: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Rejects with a NotThereError where there is none; what is cut off rejects, and never just ends. */
  read(key: string, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
  /** In bytes; undefined where there is none. */
  size(key: string): Promise<number | undefined>;
  /** Everything whose key begins with the prefix, in no order, others' objects too; or rejects: never just a part. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Removes them, and says which could not be and why. What is gone already counts as removed. Rejects for bad keys only. */
  remove(keys: readonly string[]): Promise<{
    readonly removed: readonly string[];
    readonly failed: readonly { readonly key: string; readonly reason: string }[];
  }>;
  /** Removes what writes left behind that were begun (or last heard of) before the moment. Resolves with how many. */
  sweep(prefix: string, before: Date): Promise<number>;
  /** Bytes; undefined where there is no such limit. */
  freeBytes(): Promise<number | undefined>;
}

/** How a dump is laid out by pg_dump, and the compression around it; what `custom` compresses itself counts as none. */
export interface ArchiveLayout {
  readonly format: 'plain' | 'custom';
  readonly compression: 'none' | 'gzip' | 'zstd';
}

/** What a dump of a database would meet. */
export interface DatabaseInspection {
  readonly database: string;
  readonly user: { readonly name: string; readonly isSuperuser: boolean };
  readonly serverVersion: string;
  /** Of the pg_dump that would be run; undefined where none is found that is new enough. */
  readonly pgDumpVersion: string | undefined;
  /** What compresses to zstd: the program, or Node itself. */
  readonly zstd: 'program' | 'node';
  readonly sizeBytes: number;
  /** Why a dump would fail or lack something, each in sentences with what mends it; none: nothing stands against it. */
  readonly obstacles: readonly string[];
}

/** What a database holds at one moment. */
export interface DatabaseSurvey {
  /** By the server's clock. */
  readonly takenAt: Date;
  /** Rows by table as PostgreSQL writes its name (`public.users`, `"Odd one".t`); of partitions, each by itself. */
  readonly tables: Readonly<Record<string, number>>;
  /**
   * SHA-256 of `pg_dump --schema-only --no-owner --no-privileges` without comments. The same after a restore, whoever
   * restores; comparable where one major version of pg_dump made both.
   */
  readonly schemaFingerprint: string;
}

/** What is known of a dump once it is whole. The survey is of the dump's own snapshot. */
export interface DumpFacts extends DatabaseSurvey {
  readonly database: string;
  readonly serverVersion: string;
  readonly pgDumpVersion: string;
  /** Of the content. */
  readonly bytes: number;
  /** Before compression and encryption; undefined where a program compressed it and CapOps did not see those bytes. */
  readonly archive: { readonly bytes: number; readonly sha256: string } | undefined;
  /** Whether the archive was read whole, as it was written, before it was encrypted. */
  readonly isReadWhole: boolean;
  /** What pg_dump warned of. */
  readonly warnings: readonly string[];
}

export interface DumpRequest extends ArchiveLayout {
  /** Public keys of age (`age1…`); none: it is not encrypted. What is encrypted is read whole before. */
  readonly recipients?: readonly string[] | undefined;
  /** How long to wait for a table that somebody has locked; 30,000 by default. */
  readonly lockWaitMs?: number | undefined;
  /** Ends every program within 5 s; the content rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the content so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/** A dump on its way. */
export interface Dump {
  /**
   * Begins when it is first read, can be read once, and ends only when everything about it succeeded; else it rejects: with
   * a UserError where something stands against it, with a ProgramError where a program failed. Left early, it stops all.
   */
  readonly content: AsyncIterable<Uint8Array>;
  /** Settles with the content; never, where the content is not read. */
  readonly facts: Promise<DumpFacts>;
}

/** What reading a backup to its end has shown. */
export interface ArchiveCheck {
  /** Of the content as it came. */
  readonly bytes: number;
  readonly sha256: string;
  /** `read whole`: decrypted, decompressed and read as an archive; `sha256 only`: it is encrypted, and no key was given. */
  readonly proof: 'read whole' | 'sha256 only';
  /** What is wrong with it, in a sentence; undefined: nothing that its format would show. A SHA-256 shows more. */
  readonly fault: string | undefined;
}

export interface CheckRequest extends ArchiveLayout {
  readonly isEncrypted: boolean;
  /** Private keys of age (`AGE-SECRET-KEY-1…`), tried one after the other. */
  readonly identities?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the content so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/**
 * PostgreSQL's programs and the compressors. Passwords reach them in a file that only we can read, never as an argument.
 * Where CapOps itself is killed, they end as soon as they want to write, or when their wait for a lock is over.
 */
export interface DumpTools {
  inspect(url: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<DatabaseInspection>;
  dump(url: string, request: DumpRequest): Dump;
  /** Reads all of it, with flat memory. Rejects where the content does; an archive that is broken is an answer. */
  check(content: AsyncIterable<Uint8Array>, request: CheckRequest): Promise<ArchiveCheck>;
  /** What the database holds now, for holding a restored one to a dump's facts. */
  survey(url: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<DatabaseSurvey>;
}

/** One of the databases, to be backed up; its address stays with the adapter. */
export interface DumpSource {
  readonly role: 'platform' | 'ledger';
  /** The database's name. */
  readonly database: string;
  inspect(options?: { readonly signal?: AbortSignal | undefined }): Promise<DatabaseInspection>;
  dump(request: DumpRequest): Dump;
}

/** What backups are made with, and where they are kept. */
export interface BackupDesk {
  readonly sources: Readonly<Record<'platform' | 'ledger', DumpSource>>;
  readonly check: DumpTools['check'];
  /** On this machine. */
  readonly local: BackupStorage;
  /** Undefined without S3_BUCKET. */
  readonly offsite: BackupStorage | undefined;
  /** What an absolute path on this machine means: a key of `local` within its folder; elsewhere, a storage named after its folder. */
  file(path: string): { readonly storage: BackupStorage; readonly key: string };
  /** Public keys of age; none: backups are not encrypted. */
  readonly recipients: readonly string[];
  /** Private keys of age, where they are at hand. */
  readonly identities: readonly string[];
  /** CapOps’ own, for the manifest. */
  readonly version: string;
}

/** Everything an operation may reach. */
export interface Ports {
  /** The bot's start in the ledger, which its runs belong to; absent in the terminal. */
  readonly startId?: string | undefined;
  /** Absent where nobody asks what became of other processes. */
  readonly processes?: Processes | undefined;
  readonly databases: Databases;
  /** Absent where nothing waits for a worker: long operations run at once then. */
  readonly jobs?: Pick<JobQueue, 'enqueue' | 'enqueueAnew'> | undefined;
  /** Undefined when the platform runs without Redis. */
  readonly cache: AccessCache | undefined;
  /** Undefined when Slack is not configured. */
  readonly directory: Directory | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
  /** Absent where PAGING_WEBHOOK_URL is not set. */
  readonly pager?: Pager | undefined;
  /** Absent where nobody reads it. */
  readonly meter?: Meter | undefined;
  /** Loaded when it is first asked for. */
  readonly openBackups?: (() => Promise<BackupDesk>) | undefined;
  /** Absent where emergency operations are not to run without the ledger. */
  readonly journal?: Journal | undefined;
}
