import type { Programs } from '../config/programs.ts';
import { ASIDE_PATTERN } from '../domain/beside-name.ts';
import { UserError } from '../errors.ts';
import type { DatabaseSurvey } from '../ports.ts';
import { type Inspected, inspectDatabase } from './dump-inspection.ts';
import { accessTo } from './pg-access.ts';
import type { PgPrograms } from './pg-programs.ts';
import { openPgSession, type PgSession } from './pg-session.ts';
import { takeSnapshot } from './pg-snapshot.ts';
import { type Crew, openCrew, type Program } from './program-crew.ts';
import { fingerprintSchema } from './schema-fingerprint.ts';
import { openWorkFolder, type WorkFolder } from './work-folder.ts';

const LOCK_WAIT_MS = 30_000;
const LOCKED_TOO_LONG = '55P03';
/** A server that is gone without a word is noticed within a minute. */
export const PATIENCE = 'connect_timeout=10 keepalives_idle=20 keepalives_interval=10 keepalives_count=3';

/** All that work on one database needs: a session on it, programs that reach it, a folder. */
export interface Bench {
  readonly session: PgSession;
  readonly inspected: Inspected;
  readonly crew: Crew;
  readonly folder: WorkFolder;
  readonly lockWaitMs: number;
  /** pg_dump, with all but what to dump and how. Throws a UserError where something stands against a dump. */
  pgDump(): { readonly program: Program; readonly programs: PgPrograms };
  /** Ends everything, within 5 s. */
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly programs: Programs;
  readonly signal?: AbortSignal | undefined;
  readonly lockWaitMs?: number | undefined;
}

export async function openBench(url: string, options: BenchOptions): Promise<Bench> {
  const { programs, signal, lockWaitMs = LOCK_WAIT_MS } = options;
  signal?.throwIfAborted();
  const session = await openPgSession(url, { lockWaitMs });
  const crew = openCrew(signal);
  signal?.addEventListener('abort', session.end);
  const clear = async () => {
    signal?.removeEventListener('abort', session.end);
    session.end();
    await crew.end();
  };
  try {
    const inspected = await inspectDatabase(session.client, programs);
    const folder = await openWorkFolder();
    const close = () => clear().finally(folder.end);
    const env = await accessTo(url, { folder, environment: programs.environment }).catch(async (error) => {
      folder.end();
      throw error;
    });
    const leftOut = `--exclude-schema=${ASIDE_PATTERN}`;
    const args = ['--no-password', `--lock-wait-timeout=${Math.round(lockWaitMs)}`, leftOut, `--dbname=${PATIENCE}`];
    const pgDump = () => {
      const { pg, inspection } = inspected;
      if (!pg || inspection.obstacles.length > 0) throw refusal(inspection.obstacles);
      return { program: { path: pg.pgDump, args, env }, programs: pg };
    };
    return { session, inspected, crew, folder, lockWaitMs, pgDump, close };
  } catch (error) {
    await clear();
    throw signal?.aborted ? signal.reason : error;
  }
}

/** A snapshot of the database, pg_dump told to dump that one, and what stands in it: counted while others work. */
export async function beginSurvey(bench: Bench): Promise<{ survey: Promise<DatabaseSurvey>; pgDump: Program }> {
  const { program } = bench.pgDump();
  const { client, broken } = bench.session;
  const { id, takenAt, leftOut, countRows } = await takeSnapshot(client).catch((error) => {
    throw codeOf(error) === LOCKED_TOO_LONG ? locked(bench.lockWaitMs) : error;
  });
  const pgDump = { ...program, args: [...program.args, `--snapshot=${id}`] };
  const parts = Promise.all([countRows(), fingerprintSchema(bench.crew, pgDump)]);
  const survey = Promise.race([parts, broken]).then(([tables, schemaFingerprint]) => ({
    takenAt,
    leftOut,
    tables,
    schemaFingerprint,
  }));
  // The dump is of no use without; whoever asks for the survey hears why.
  survey.catch(() => bench.crew.end());
  return { survey, pgDump };
}

function refusal(obstacles: readonly string[]): UserError {
  return new UserError(obstacles.map((message) => ({ message })));
}

function locked(waitMs: number): UserError {
  return new UserError(
    `Somebody else kept a table locked for longer than ${waitMs / 1000} s. Nothing was dumped: try again when they are done.`,
  );
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
