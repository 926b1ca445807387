/**
 * How a dump is laid out by pg_dump, and the compression around it; what `custom` and `directory` compress themselves counts as
 * none. `directory` is its folder as a tar archive.
 */
export interface ArchiveLayout {
  readonly format: 'plain' | 'custom' | 'directory';
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
  /** More than a thousand. In the directory format each is a file of its own. */
  readonly hasManyLargeObjects: boolean;
  /** Sessions that would dump at once in the directory format. */
  readonly jobs: number;
  /** What may be written where such a dump is laid out first. */
  readonly roomBytes: number;
  /** Why a dump would fail or lack something, each in sentences with what mends it; none: nothing stands against it. */
  readonly obstacles: readonly string[];
}

/** What a database holds at one moment. */
export interface DatabaseSurvey {
  /** By the server's clock. */
  readonly takenAt: Date;
  /** Schemas that a restore within the database has put aside, and that no backup takes along. */
  readonly leftOut: readonly string[];
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
  /** Bytes of the content so far; before that, of the directory format, how many are laid out. */
  readonly progress?: ((bytes: number, phase?: 'laying out') => void) | undefined;
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
  /** `read whole`: decrypted, decompressed and read as an archive. */
  readonly proof: 'read whole' | 'sha256 only';
  /** Of `sha256 only`: it is encrypted and no key was given, or a disk has no room to lay out its folder. */
  readonly lacking?: 'key' | 'room' | undefined;
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
  /** Reads all of it, with flat memory; what is of the directory format is laid out on the disk for it. Rejects where the content does; an archive that is broken is an answer. */
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
