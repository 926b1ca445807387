import { databaseDown } from '../../domain/connection-failure.ts';
import {
  type LiveTable,
  lastChange,
  liveTables,
  liveUse,
  migrationsSince,
  type TakenAccess,
  takenSince,
} from '../../models/live-database.ts';
import type { Context } from '../service/operation.ts';
import type { RestoreWork } from './restore-wish.ts';

/** What the live database has now; undefined: that could not be read. */
export interface LiveFacts {
  readonly oid: number | undefined;
  readonly use: { readonly sessions: number; readonly bytes: number } | undefined;
  readonly tables: readonly LiveTable[] | undefined;
  /** Since the backup; of a file that CapOps did not make nobody knows. */
  readonly taken: readonly TakenAccess[] | undefined;
  readonly migrations: readonly string[] | undefined;
  readonly changedAt: Date | undefined;
  /** What could not be read, in words: `the rows of its tables`. */
  readonly unread: readonly string[];
}

/** A live database that is broken, or that somebody keeps locked, is a reason to restore, and no reason not to look. */
export async function lookAtLive(
  { databases: { platform }, log }: Context,
  { desk, restorable, isAnew }: Pick<RestoreWork, 'desk' | 'restorable' | 'isAnew'>,
): Promise<LiveFacts> {
  const since = restorable.manifest?.takenAt;
  const unread: string[] = [];
  const known = async <T>(what: string, look: Promise<T>): Promise<T | undefined> =>
    look.catch((error: unknown) => {
      if (databaseDown(error)) throw error;
      log.warn({ err: error }, 'a part of what a restore would change could not be read');
      unread.push(what);
      return undefined;
    });
  if (isAnew) return { ...NOTHING, unread };
  const [found, use, tables, taken, migrations, changedAt] = await Promise.all([
    desk.server.find(desk.server.live),
    known('its size', liveUse(platform)),
    known('the rows of its tables', liveTables(platform)),
    since ? known('what access was taken away since', takenSince(platform, since)) : [],
    since ? known('the changes of its tables', migrationsSince(platform, since)) : [],
    known('when access was last changed', lastChange(platform)),
  ]);
  return { oid: found?.oid, use, tables, taken, migrations, changedAt, unread };
}

const NOTHING = { oid: undefined, use: undefined, tables: [], taken: [], migrations: [], changedAt: undefined };
