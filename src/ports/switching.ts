/** A database on the platform's server. */
export interface ServerDatabase {
  readonly name: string;
  /** PostgreSQL's own number for it, which a rename does not change: what tells two of one name apart. */
  readonly oid: number;
  readonly owner: string;
  readonly bytes: number;
  readonly sessions: number;
}

/** What a switch of two databases came to. */
export interface Switched {
  /** From the moment that sessions were ended to the moment that the other database had the name. */
  readonly unavailableMs: number;
  readonly endedSessions: number;
}

/**
 * The server that the platform's database is on. Names are databases' names, unquoted. What the server refuses is a UserError
 * with what mends it; a server that does not answer rejects as the driver has it.
 */
export interface DatabaseServer {
  /** The platform's database, by the name that the platform knows. */
  readonly live: string;
  /** Why no database can be made beside the live one and put in its place, in sentences; none: nothing stands against it. */
  obstacles(): Promise<readonly string[]>;
  find(name: string): Promise<ServerDatabase | undefined>;
  /** A database on which the server can be asked, and who asks: the live one, or another where that is not there. */
  ask(): Promise<{ readonly url: string; readonly user: string }>;
  /** The address of a database beside the live one, with the same person and rights. */
  addressOf(name: string): string;
  /**
   * Makes an empty one with the encoding and locale of the live one (of the server, where that is not there), to which nobody else may
   * connect. Fails where it is there.
   */
  create(name: string): Promise<ServerDatabase>;
  /**
   * Gives it the live one's owner, privileges, settings, connection limit and comment. Idempotent. Resolves with the settings that its
   * user may not give, in sentences. Where there is no live one, it is opened to all who may log in, as PostgreSQL does.
   */
  dress(name: string): Promise<readonly string[]>;
  /**
   * Puts `incoming` in the live one's place, which becomes `outgoing`: both renames or none, whatever is killed. Sessions on both are
   * ended; new ones wait. Needs less than a second; after 5 s it gives up with nothing changed. Where its answer is lost, the server is
   * asked: it resolves when it took place. Where the live one is not `liveOid` any more, somebody else is at it: a UserError, and nothing
   * changed.
   */
  swap(names: { readonly incoming: string; readonly outgoing: string; readonly liveOid?: number }): Promise<Switched>;
  /** Gives it the live one's name, which nothing has. Its sessions are ended. Needs less than a second, as `swap` does. */
  install(name: string): Promise<void>;
  /** Removes a database with all sessions on it; never the live one. One that is gone counts as removed. */
  drop(name: string): Promise<void>;
}
