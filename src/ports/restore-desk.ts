import type { Knex } from 'knex';
import type { DatabaseSurvey } from './dumps.ts';
import type { RestoreTools } from './restoring.ts';
import type { DatabaseServer } from './switching.ts';

/** What restores are made with. */
export interface RestoreDesk {
  /** The platform's. */
  readonly server: DatabaseServer;
  /** Where drills are made; the platform's own where DRILL_DATABASE_URL names no other. */
  readonly drills: DatabaseServer;
  /** The server behind an address, as if that one's database were live. */
  serverAt(url: string): DatabaseServer;
  readonly tools: RestoreTools;
  survey(url: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<DatabaseSurvey>;
  /** A database as models see it; to be destroyed. */
  connect(url: string): Knex;
}
