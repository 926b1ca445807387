/** The database that a dump goes into, as far as it matters for a restore. */
export interface RestoreTarget {
  readonly database: string;
  readonly user: string;
  readonly isSuperuser: boolean;
  readonly mayMakeRoles: boolean;
  /** The database's owner. */
  readonly owner: string;
  readonly serverVersion: string;
  readonly major: number;
  /** Tables, views, types and functions that are no extension's. */
  readonly objects: number;
  readonly roles: readonly TargetRole[];
  readonly extensions: readonly TargetExtension[];
}

export interface TargetRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  /** Whether the user may give something to it. */
  readonly isOpen: boolean;
}

export interface TargetExtension {
  readonly name: string;
  readonly isThere: boolean;
  /** Whether whoever owns the database may make it. */
  readonly isTrusted: boolean;
}
