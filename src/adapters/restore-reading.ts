import { watchContents } from '../domain/dump-contents.ts';
import { roleUse } from '../domain/plain-sql-roles.ts';
import { openSqlScanner, type SqlPiece } from '../domain/plain-sql-scanner.ts';
import type { HeldStatement } from '../domain/restore-rights.ts';
import { watchRows } from '../domain/rows-watch.ts';
import { ProgramError, UserError } from '../errors.ts';
import type { DumpContents } from '../ports.ts';
import type { PgPrograms } from './pg-programs.ts';
import { watchPlainDump } from './plain-dump.ts';
import { pour } from './pour.ts';
import { openCrew } from './program-crew.ts';
import type { StagedDump } from './restore-staging.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const COMMENT = /^COMMENT ON (EXTENSION|SCHEMA public\b)/i;

/** All that a dump would run, as far as it is known before. */
export interface ReadDump {
  readonly contents: DumpContents;
  readonly held: readonly HeldStatement[];
  /** Roles that policies are for. */
  readonly policyRoles: readonly string[];
  /** Of what was read. */
  readonly sqlBytes: number;
}

export interface Reading {
  /** Undefined for a plain dump. */
  readonly pgRestore: PgPrograms | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Of an archive: with the statements that its rows come by, which takes reading all of it. */
  readonly isWhole: boolean;
  /** Whether what is read is what pg_restore writes of an archive, now or into the copy that is read. */
  readonly isByPgRestore: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a dump as the SQL that it is. Rejects with a UserError where it is not whole. */
export async function readDump(dump: StagedDump, reading: Reading): Promise<ReadDump> {
  const watch = watchContents();
  const held: HeldStatement[] = [];
  const policyRoles = new Set<string>();
  const frame = dump.identity.format === 'plain' || reading.isWhole ? watchPlainDump() : undefined;
  const rows = watchRows({ isByPgRestore: reading.isByPgRestore });
  let isFirst = true;
  let sqlBytes = 0;
  const seen = (chunk: Uint8Array) => {
    frame?.see(isFirst && BOM.equals(chunk.subarray(0, BOM.length)) ? chunk.subarray(BOM.length) : chunk);
    isFirst = false;
    sqlBytes += chunk.length;
  };
  for await (const piece of piecesOf(sqlOf(dump, reading), seen)) {
    reading.signal?.throwIfAborted();
    watch.see(piece);
    rows.see(piece);
    const statement = heldStatement(piece);
    if (statement) held.push(statement);
    if (/^CREATE POLICY\b/i.test(piece.text))
      for (const role of roleUse(piece.text)?.roles ?? []) policyRoles.add(role);
  }
  const fault = frame?.fault() ?? rows.fault();
  if (fault) throw new UserError(`${dump.source.name} is not whole. ${fault}`);
  return { contents: watch.contents(), held, policyRoles: [...policyRoles], sqlBytes };
}

/** A dump as SQL: an archive as pg_restore writes it. */
export async function* sqlOf(dump: StagedDump, reading: Reading): AsyncGenerator<Uint8Array, void, undefined> {
  if (dump.identity.format === 'plain') {
    yield* dump.content();
    return;
  }
  const program = reading.pgRestore?.pgRestore;
  if (program === undefined) throw new Error('An archive is read by pg_restore');
  const crew = openCrew(reading.signal);
  try {
    const what = reading.isWhole ? [] : ['--section=pre-data', '--section=post-data'];
    const args = [...what, '--file=-', ...(dump.path === undefined ? [] : [dump.path])];
    const env = { ...reading.environment, LC_ALL: 'C' };
    const child = crew.start({ path: program, args, env }, [
      dump.path === undefined ? 'pipe' : 'ignore',
      'pipe',
      'pipe',
    ]);
    const feeding = child.stdin ? feed(child.stdin, dump.content()) : Promise.resolve();
    yield* child.stdout as AsyncIterable<Uint8Array>;
    await feeding;
    await crew.allWell().catch((error: unknown) => {
      throw reading.signal?.aborted ? reading.signal.reason : unreadable(error, dump);
    });
    reading.signal?.throwIfAborted();
  } finally {
    await crew.end();
  }
}

/** Gives a program what it reads, as far as it reads. Rejects where the content does. */
export async function feed(entry: NodeJS.WritableStream, content: AsyncIterable<Uint8Array>): Promise<void> {
  const target = entry as import('node:stream').Writable;
  target.on('error', () => undefined);
  try {
    for await (const chunk of content) {
      if (target.destroyed) return;
      await pour(target, chunk);
    }
    target.end();
  } catch (error) {
    target.destroy();
    throw error;
  }
}

export async function* piecesOf(
  content: AsyncIterable<Uint8Array>,
  see: (chunk: Uint8Array) => void = () => undefined,
): AsyncGenerator<SqlPiece, void, undefined> {
  const scanner = openSqlScanner();
  for await (const chunk of content) {
    see(chunk);
    yield* scanner.push(chunk);
  }
  yield* scanner.end();
}

/** Undefined: anybody who may fill the database may run it. */
export function heldStatement({ kind, goesOn, text }: SqlPiece): HeldStatement | undefined {
  if (kind !== 'statement' || goesOn) return undefined;
  if (COMMENT.test(text)) return { sql: text, use: undefined };
  const use = roleUse(text);
  return use && use.kind !== 'policy' ? { sql: text, use } : undefined;
}

function unreadable(error: unknown, { source }: StagedDump): unknown {
  if (!(error instanceof ProgramError)) return error;
  return new UserError(`${source.name} cannot be read: it was cut off or changed. ${error.message}`);
}
