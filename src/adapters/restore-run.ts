import { randomBytes } from 'node:crypto';
import type { Programs } from '../config/programs.ts';
import type { SqlPiece } from '../domain/plain-sql-scanner.ts';
import type { HeldStatement } from '../domain/restore-rights.ts';
import { ProgramError, UserError } from '../errors.ts';
import { PATIENCE } from './dump-bench.ts';
import { leash } from './leash.ts';
import { accessTo } from './pg-access.ts';
import type { PgPrograms } from './pg-programs.ts';
import { pour } from './pour.ts';
import { type Crew, openCrew, type Program } from './program-crew.ts';
import { heldStatement, piecesOf } from './restore-reading.ts';
import { openWorkFolder, type WorkFolder } from './work-folder.ts';

/** Of the server that knows it, and of the programs that set it. */
export const TRANSACTION_TIMEOUT_SINCE = 17;
const CHECKS_CLIENTS_SINCE = 14;

/** What fills a database. */
export interface Restoring {
  /** Whose rights the dump's statements run with. */
  readonly url: string;
  readonly pg: PgPrograms;
  readonly programs: Programs;
  readonly signal?: AbortSignal | undefined;
  readonly serverMajor: number;
}

export interface PlainRestoring extends Restoring {
  /** What to run for each statement of owners and rights, in their order; absent: they run as they stand. */
  readonly instead?: ((statement: HeldStatement) => string | undefined) | undefined;
  readonly within?: { readonly before: string; readonly after: string } | undefined;
  readonly hasRestrict: boolean;
}

/** Runs SQL through psql, all in one transaction, which ends only when the content has ended well. */
export async function restorePlain(content: AsyncIterable<Uint8Array>, restoring: PlainRestoring): Promise<string[]> {
  return withAccess(restoring, async ({ crew, env }) => {
    const child = crew.start(psql(restoring.pg, env), ['pipe', 'ignore', 'pipe']);
    leash(child);
    const { stdin } = child;
    if (!stdin) throw new Error('psql has no stdin');
    stdin.on('error', () => undefined); // Why shows in how it ends.
    try {
      // The first line keeps psql from obeying any command; no line of the dump can end that.
      if (restoring.hasRestrict) await pour(stdin, Buffer.from(`\\restrict ${randomBytes(24).toString('hex')}\n`));
      await pour(stdin, Buffer.from(`BEGIN;\n${restoring.within?.before ?? ''}\n`));
      for await (const bytes of filtered(piecesOf(content), restoring)) {
        if (stdin.destroyed) break;
        await pour(stdin, bytes);
      }
      restoring.signal?.throwIfAborted();
    } catch (error) {
      // Gone before its input ends, which it would take for the end of all.
      await crew.end();
      throw error;
    }
    // At no other end of its input is anything committed.
    stdin.end(`\n${restoring.within?.after ?? ''}\nCOMMIT;\n`);
    return crew.allWell();
  });
}

function psql(pg: PgPrograms, env: Program['env']): Program {
  const settings = ['ON_ERROR_STOP=1', 'VERBOSITY=terse', 'SHOW_CONTEXT=never'].map((setting) => `--set=${setting}`);
  const args = ['--no-psqlrc', '--quiet', '--no-password', ...settings, `--dbname=${PATIENCE}`, '--file=-'];
  return { path: pg.psql, args, env };
}

/** The dump's own bytes, without what would end the transaction or is run by others. */
async function* filtered(
  pieces: AsyncIterable<SqlPiece>,
  { instead, serverMajor }: PlainRestoring,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isLeftOut = false;
  let last: SqlPiece['kind'] = 'blank';
  for await (const piece of pieces) {
    last = piece.kind;
    if (piece.kind === 'rest') throw new UserError('The dump was cut off within a statement.');
    if (piece.kind === 'command') {
      if (!/^\\((un)?restrict\b|\.$)/.test(piece.text)) throw new UserError('The dump holds a command to psql.');
      continue;
    }
    const held = instead && heldStatement(piece);
    if (held) {
      const sql = instead(held);
      if (sql !== undefined) yield Buffer.from(`\n${sql}`);
      continue;
    }
    if (!piece.goesOn) isLeftOut = piece.kind === 'statement' && isBoundary(piece.text, serverMajor);
    if (!isLeftOut) yield piece.bytes;
  }
  // psql would take what we add for rows, and the end of its input for theirs.
  if (last === 'data') throw new UserError('The dump was cut off within the rows of a table.');
}

function isBoundary(text: string, serverMajor: number): boolean {
  if (/^(BEGIN|COMMIT)\s*;$/i.test(text)) return true;
  return serverMajor < TRANSACTION_TIMEOUT_SINCE && /^SET transaction_timeout\b/i.test(text);
}

export interface Access {
  readonly crew: Crew;
  readonly folder: WorkFolder;
  readonly env: Readonly<Record<string, string>>;
}

/** Hands over programs’ access to the database, and ends them all behind. What they say of rows is left out of errors. */
export async function withAccess<T>(
  { url, programs, signal, serverMajor }: Restoring,
  work: (access: Access) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const folder = await openWorkFolder();
  const crew = openCrew(signal);
  try {
    const access = await accessTo(url, { folder, environment: programs.environment });
    // Else a session whose program was killed would go on until it next reads or writes.
    const options = serverMajor >= CHECKS_CLIENTS_SINCE ? ['-c client_connection_check_interval=2s'] : [];
    const env = { ...access, PGOPTIONS: [access.PGOPTIONS, ...options].filter(Boolean).join(' ') };
    const result = await work({ crew, folder, env });
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    throw signal?.aborted ? signal.reason : withoutRows(error);
  } finally {
    await crew.end();
    folder.end();
  }
}

/** What PostgreSQL adds to an error may hold rows. */
function withoutRows(error: unknown): unknown {
  if (!(error instanceof ProgramError)) return error;
  const message = error.message.replace(/\s*\b(DETAIL|CONTEXT): .*?(?=Command was:|HINT:|$)/gs, ' ').trim();
  return new ProgramError(error.program, message, { cause: error.cause });
}
