import type { Client } from 'pg';
import type { Programs } from '../config/programs.ts';
import { noProgram, obstaclesTo } from '../domain/restore-plan.ts';
import { closedRoles, missingRoles, type Rights } from '../domain/restore-rights.ts';
import { UserError } from '../errors.ts';
import type { DumpIdentity, RestorePlan, RestoreRequest, RestoreSource } from '../ports.ts';
import { findPgPrograms, type PgPrograms } from './pg-programs.ts';
import { openPgSession, type PgSession } from './pg-session.ts';
import { identifyDump } from './restore-identity.ts';
import { knowsRestrict, restoreProgram } from './restore-programs.ts';
import type { ReadDump, Reading } from './restore-reading.ts';
import { lookAtTarget } from './restore-target.ts';

/** What is known of a source before it is read. */
export interface LookedAt {
  readonly source: RestoreSource;
  readonly request: RestoreRequest;
  readonly programs: Programs;
  readonly identity: DumpIdentity;
  readonly pg: PgPrograms;
}

/** Rejects where it is no dump, or no program here could restore it. */
export async function look(source: RestoreSource, request: RestoreRequest, programs: Programs): Promise<LookedAt> {
  request.signal?.throwIfAborted();
  const identity = await identifyDump(source, request);
  const found = await findPgPrograms(programs);
  const pg = restoreProgram(found, identity.format === 'plain' ? undefined : identity.pgDumpVersion);
  if (!pg) throw new UserError(noProgram({ identity, program: undefined }) ?? '');
  return { source, request, programs, identity, pg };
}

export function readingOf({ pg, programs, request, identity }: LookedAt, { isWhole }: { isWhole: boolean }): Reading {
  const isByPgRestore = identity.format !== 'plain';
  return { pgRestore: pg, environment: programs.environment, isWhole, isByPgRestore, signal: request.signal };
}

/** Holds what was read of a dump against the database that it is to go into. */
export async function meet(
  client: Client,
  { request, identity, pg, read }: LookedAt & { readonly read: ReadDump },
): Promise<{ readonly plan: RestorePlan; readonly rights: Rights }> {
  const { contents, held, policyRoles } = read;
  const owners = request.owner === undefined ? [] : [request.owner];
  const target = await lookAtTarget(client, { ...contents, roles: [...contents.roles, ...owners] });
  const rights = { trust: request.trust, target, owner: request.owner };
  const missing = missingRoles(contents.roles, target);
  const obstacles = obstaclesTo({
    ...rights,
    identity,
    contents,
    policyRoles,
    missingRoles: missing,
    isWithin: request.within !== undefined,
    program: { name: identity.format === 'plain' ? 'psql' : 'pg_restore', version: pg.version },
    hasRestrict: knowsRestrict(pg),
  });
  return {
    plan: { identity, contents, obstacles, missingRoles: missing, closedRoles: closedRoles(held, rights) },
    rights,
  };
}

export async function withSession<T>(
  url: string,
  signal: AbortSignal | undefined,
  work: (session: PgSession) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const session = await openPgSession(url);
  signal?.addEventListener('abort', session.end);
  try {
    return await work(session);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', session.end);
    session.end();
  }
}
