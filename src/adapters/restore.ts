import { availableParallelism } from 'node:os';
import type { Client } from 'pg';
import type { Programs } from '../config/programs.ts';
import { certainFilter, type Rights, rightsFilter, runsAsItStands } from '../domain/restore-rights.ts';
import { UserError } from '../errors.ts';
import type { RestoreFacts, RestoreRequest, RestoreSource } from '../ports.ts';
import { handOver } from './foreign-code.ts';
import { openForeignRole } from './foreign-role.ts';
import { restoreArchive } from './restore-archive.ts';
import { type LookedAt, look, meet, readingOf, withSession } from './restore-look.ts';
import { knowsRestrict } from './restore-programs.ts';
import { type ReadDump, readDump, sqlOf } from './restore-reading.ts';
import { giveRights } from './restore-rights.ts';
import { restorePlain } from './restore-run.ts';
import { copyAsSql } from './restore-sql-copy.ts';
import { type StagedDump, stageDump } from './restore-staging.ts';

const LOOK_MS = 1000;
/** The one that restores, and one that is just ending. */
const FOREIGN_SESSIONS = 2;

export interface RestoreSettings {
  readonly programs: Programs;
  /** Where an archive may be decompressed to; the system's own folder for temporary files by default. */
  readonly folders?: readonly string[] | undefined;
}

/** A restore; see the port. */
export async function restoreDump(
  url: string,
  source: RestoreSource,
  { request, settings }: { readonly request: RestoreRequest; readonly settings: RestoreSettings },
): Promise<RestoreFacts> {
  if (request.within && request.trust === 'foreign')
    throw new UserError('A dump from elsewhere is restored into a database of its own alone.');
  const looked = await look(source, request, settings.programs);
  const laidOut = await stageDump(source, { ...looked, folders: settings.folders ?? [] });
  try {
    const reading = readingOf(looked, { isWhole: request.trust === 'foreign' });
    const dump = request.trust === 'foreign' ? await copyAsSql(laidOut, reading) : laidOut;
    const read = await readDump(dump, reading);
    return await withSession(url, request.signal, async ({ client }) => {
      const { plan, rights } = await meet(client, { ...looked, read });
      if (plan.obstacles.length > 0) throw new UserError(plan.obstacles.map((message) => ({ message })));
      const { obstacles: _, ...facts } = plan;
      const work = { ...looked, url, dump, read, rights, client };
      const stop = watchSize(client, request);
      const run = request.trust === 'ours' ? restoreOurs(work) : restoreForeign(work);
      return { ...facts, ...(await run.finally(stop)) };
    });
  } finally {
    await laidOut.close();
  }
}

interface Work extends LookedAt {
  readonly url: string;
  readonly dump: StagedDump;
  readonly read: ReadDump;
  readonly rights: Rights;
  /** The administrator's. */
  readonly client: Client;
}

type Done = Pick<RestoreFacts, 'jobs' | 'warnings'>;

async function restoreOurs(work: Work): Promise<Done> {
  const { request, dump, read, rights, client } = work;
  const isBare = !runsAsItStands(read.held, rights);
  const isPiped = dump.path === undefined && isBare;
  if (request.within || isPiped || dump.identity.format === 'plain') {
    const inline = request.within ? certainFilter(rights) : () => undefined;
    const warnings = await runPlain(work, isBare ? inline : undefined);
    const later = isBare && !request.within ? await give(client, work) : [];
    return { jobs: 1, warnings: [...warnings, ...later] };
  }
  const { warnings, jobs } = await runArchive(work, isBare);
  return { jobs, warnings: [...warnings, ...(isBare ? await give(client, work) : [])] };
}

async function restoreForeign(work: Work): Promise<Done> {
  const { rights, client, url } = work;
  const role = await openForeignRole(url, { sessions: FOREIGN_SESSIONS });
  try {
    const warnings = await runPlain({ ...work, url: role.url }, () => undefined);
    await handOver(role, rights);
    return { jobs: 1, warnings: [...warnings, ...(await give(client, work))] };
  } catch (error) {
    // What cannot be removed now is swept later: the first fault is what counts.
    await role.abandon().catch(() => undefined);
    throw error;
  }
}

async function give(client: Client, { read, rights }: Work): Promise<string[]> {
  return giveRights(client, read.held.map(rightsFilter(rights)));
}

function runPlain(work: Work, instead: ReturnType<typeof rightsFilter> | undefined): Promise<string[]> {
  const { dump, rights, pg, url, programs, request } = work;
  const content = sqlOf(dump, readingOf(work, { isWhole: true }));
  const { signal, within } = request;
  const hasRestrict = knowsRestrict(pg);
  const serverMajor = rights.target.major;
  return restorePlain(content, {
    url,
    pg,
    programs,
    signal,
    instead,
    within,
    hasRestrict,
    serverMajor,
  });
}

async function runArchive(work: Work, isBare: boolean): Promise<{ jobs: number; warnings: string[] }> {
  const { dump, pg, url, programs, request, rights } = work;
  const jobs = dump.path === undefined || dump.identity.format === 'tar' ? 1 : jobsOf(work);
  return {
    jobs,
    warnings: await restoreArchive(dump, {
      url,
      pg,
      programs,
      signal: request.signal,
      jobs,
      isBare,
      serverMajor: rights.target.major,
    }),
  };
}

function jobsOf({ request }: Work): number {
  return request.jobs ?? availableParallelism();
}

/** Tells how large the database has become. Returns how to stop. */
function watchSize(client: Client, { progress }: RestoreRequest): () => void {
  if (!progress) return () => undefined;
  const timer = setInterval(() => {
    client.query('SELECT pg_database_size(current_database())::float8 AS bytes').then(
      ({ rows }) => progress({ phase: 'Restoring', done: rows[0].bytes, unit: 'bytes' }),
      () => undefined, // The restore itself says what is wrong.
    );
  }, LOOK_MS);
  return () => clearInterval(timer);
}
