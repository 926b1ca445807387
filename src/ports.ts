import type { Knex } from 'knex';
import type { BackupDesk } from './ports/backups.ts';
import type { Containers } from './ports/containers.ts';
import type { Examiner } from './ports/diagnosis.ts';
import type { Probes } from './ports/health.ts';
import type { Journal } from './ports/journal.ts';
import type { LogSources } from './ports/logs.ts';
import type { Settings } from './ports/policy.ts';
import type { RestoreDesk } from './ports/restore-desk.ts';
import type { SupportDesk } from './ports/support.ts';
import type { Meter, Pager } from './ports/watching.ts';
import type { JobQueue, Processes } from './ports/work.ts';

export type * from './ports/backups.ts';
export type * from './ports/containers.ts';
export type * from './ports/diagnosis.ts';
export type * from './ports/dumps.ts';
export type * from './ports/health.ts';
export type * from './ports/journal.ts';
export type * from './ports/logs.ts';
export type * from './ports/policy.ts';
export type * from './ports/restore-desk.ts';
export type * from './ports/restoring.ts';
export type * from './ports/storage.ts';
export type * from './ports/support.ts';
export type * from './ports/switching.ts';
export type * from './ports/watching.ts';
export type * from './ports/work.ts';

// What operations may use of the world. Each port has one implementation in adapters/, built by compose.ts. Those of one
// subject stand in ports/, and are had from here.

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
  /** Drops all that it remembers of anybody's access. Idempotent. Rejects likewise. */
  forgetAll(): Promise<void>;
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
  /** Tells them one sentence, as plain text; or one person, by their id, in their direct messages. Rejects within 2 s when Slack does not take it. */
  tell(sentence: string, person?: string): Promise<void>;
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
  /** The same. */
  readonly openRestores?: (() => Promise<RestoreDesk>) | undefined;
  /** Loaded when it is first asked for. */
  readonly openProbes?: (() => Promise<Probes>) | undefined;
  /** The same. Absent where nobody asks for the platform’s logs. */
  readonly openLogs?: (() => Promise<LogSources>) | undefined;
  /** The same. Absent where capops.yml names no compose project. */
  readonly openContainers?: (() => Promise<Containers>) | undefined;
  /** Loaded when it is first asked for. */
  readonly openExaminer?: (() => Promise<Examiner>) | undefined;
  /** Loaded when it is first asked for. */
  readonly openSupport?: (() => Promise<SupportDesk>) | undefined;
  /** Absent where emergency operations are not to run without the ledger. */
  readonly journal?: Journal | undefined;
}
