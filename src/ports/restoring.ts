import type { Progress } from '../ports.ts';

/** A dump to be restored: on this machine, or somewhere else. It is known by its content and never by its name. */
export type RestoreSource = (
  | {
      /** A file, or the folder of a dump in the directory format. */
      readonly path: string;
    }
  | {
      /** Its bytes from the first on, anew at each call. */
      read(options: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
    }
) & {
  /** What it is called in sentences: a file's name, a backup's id. */
  readonly name: string;
  /** Of the file as it is stored, as the catalogue has it: what is another one is refused before anything of it runs. */
  readonly sha256?: string | undefined;
  /** As it is stored; absent: not known. Of a path it is looked at. */
  readonly bytes?: number | undefined;
};

/** What a file is, as its first bytes show. */
export interface DumpIdentity {
  readonly format: 'plain' | 'custom' | 'directory' | 'tar';
  /** Of the directory format: its folder is packed into a tar archive. */
  readonly isPacked?: true;
  /** Around the format. */
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** With age. */
  readonly isEncrypted: boolean;
  /** The database that was dumped, where the dump says so. */
  readonly database: string | undefined;
  /** `15.18`. */
  readonly serverVersion: string | undefined;
  readonly pgDumpVersion: string | undefined;
}

/** What a dump would bring. Names are as PostgreSQL writes them (`public.users`, `"Odd one".t`), roles and extensions as they are. */
export interface DumpContents {
  readonly tables: readonly string[];
  readonly extensions: readonly string[];
  /** Those that own something, are granted something, or stand in a policy. */
  readonly roles: readonly string[];
  /** Functions, procedures, triggers and rules: `FUNCTION public.say`. They run with the rights of whoever uses the data. */
  readonly code: readonly string[];
  /** A plain dump by pg_dump -C: it would leave the database that it is restored into. */
  readonly createsDatabase: boolean;
  /** Why it is refused where it is not ours, each with its line, in sentences; the first 20. */
  readonly refusals: readonly string[];
}

/** What a restore would meet. */
export interface RestorePlan {
  readonly identity: DumpIdentity;
  readonly contents: DumpContents;
  /** Why it would fail, each in sentences with what mends it; none: nothing stands against it. */
  readonly obstacles: readonly string[];
  /** Roles of the dump that the server does not have: theirs goes to the owner, what they were granted is left out. */
  readonly missingRoles: readonly string[];
  /** Roles that are there and that the database's user may not give anything to. */
  readonly closedRoles: readonly string[];
}

export interface ReadRequest {
  /** Private keys of age (`AGE-SECRET-KEY-1…`), tried one after the other. */
  readonly identities?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

export interface RestoreRequest extends ReadRequest {
  /**
   * `foreign`: whatever is not known by its SHA-256. It is scanned before, refused for what pg_dump would not write, and
   * restored by a temporary role that owns the database and nothing else.
   */
  readonly trust: 'ours' | 'foreign';
  /** Sessions that restore at once; as many as there are cores by default. */
  readonly jobs?: number | undefined;
  /** Owns what roles would own that are not there; by default the database's user, of a foreign dump the database's owner. */
  readonly owner?: string | undefined;
  /**
   * For a restore into a database that is not empty: statements before and after it, all in one transaction and one session
   * (so without parallel work). Where one fails, nothing has happened. For a dump of ours only.
   */
  readonly within?: { readonly before: string; readonly after: string } | undefined;
}

/** What a restore has done. */
export interface RestoreFacts extends Pick<RestorePlan, 'identity' | 'contents' | 'missingRoles' | 'closedRoles'> {
  /** How many sessions restored; 1 where the disk had no room for the decompressed archive. */
  readonly jobs: number;
  /** What was not restored as it was, and what the programs warned of, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Fills an empty database from a dump. Passwords reach PostgreSQL's programs in a file that only we can read; the programs
 * end with CapOps. What the asker can mend rejects with a UserError, and nothing of the dump has run then; what failed
 * midway with a ProgramError: the database is half filled and to be dropped.
 */
export interface RestoreTools {
  /** Reads the beginning alone. Rejects with a UserError that says what it is where that is no dump. */
  identify(source: RestoreSource, request?: ReadRequest): Promise<DumpIdentity>;
  /** Reads an archive's table of contents, and a plain dump whole. */
  contents(source: RestoreSource, request?: ReadRequest): Promise<DumpContents>;
  /** Looks without changing anything. Rejects where the source is no dump. */
  plan(url: string, source: RestoreSource, request: RestoreRequest): Promise<RestorePlan>;
  restore(url: string, source: RestoreSource, request: RestoreRequest): Promise<RestoreFacts>;
  /**
   * Removes temporary roles of foreign restores that were killed, with all that they own in databases of theirs: none of it
   * was ever switched in. Resolves with how many.
   */
  sweepForeignRoles(adminUrl: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
}
