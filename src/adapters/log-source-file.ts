import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readLogLine } from '../domain/log-line.ts';
import { LogUnreadableError } from '../errors.ts';
import type { LogReading, LogSource } from '../ports.ts';
import { lineCutter } from './log-lines.ts';

/** So much of a log is read at most, its end. */
const MOST_BYTES = 64 * 2 ** 20;
const STEP_BYTES = 2 ** 20;
/** So long is a line at most, as a rule. */
const LINE_BYTES = 2048;
const PROBE_BYTES = 2 ** 16;
/** logrotate’s names, such as app.log.1 and app.log.2.gz. */
const MOST_ROTATIONS = 30;

interface Span {
  readonly since: Date;
  readonly now: Date;
}

interface Piece {
  readonly file: FileHandle;
  readonly from: number;
  readonly isPacked: boolean;
}

/** A log file, with those that it was rotated to. */
export function openLogFile(
  { name, file: path }: { readonly name: string; readonly file: string },
  mostBytes = MOST_BYTES,
): LogSource {
  return {
    name,
    read: async ({ lines, ...span }, take) => {
      const opened: FileHandle[] = [];
      try {
        const { pieces, isPartial } = await plan(path, span, {
          mostBytes: lines === undefined ? mostBytes : Math.min(mostBytes, lines * LINE_BYTES),
          opened,
        });
        for (const piece of pieces) await readPiece(piece, take);
        return { isPartial };
      } catch (error) {
        throw unreadable(error) ?? error;
      } finally {
        for (const file of opened) await file.close();
      }
    },
  };
}

/** From the newest to the oldest until one begins before the moment; then the other way round. */
async function plan(
  path: string,
  span: Span,
  { mostBytes, opened }: { mostBytes: number; opened: FileHandle[] },
): Promise<LogReading & { pieces: Piece[] }> {
  const pieces: Piece[] = [];
  const seen = new Set<number>();
  let left = mostBytes;
  for (const candidate of candidates(path)) {
    const file = await openOr(candidate, candidate === path);
    if (!file) continue;
    opened.push(file);
    const { ino, size, mtimeMs } = await file.stat();
    // Rotated just now, it is there under its next name as well.
    if (seen.has(ino) || size === 0) continue;
    seen.add(ino);
    if (mtimeMs < span.since.getTime()) break;
    const isPacked = candidate.endsWith('.gz');
    const start = isPacked ? { from: 0, isBefore: false } : await startOf(file, size, span, left);
    pieces.unshift({ file, from: start.from, isPacked });
    left -= size - start.from;
    if (start.isBefore) break;
    if (start.from > 0 || left <= 0) return { pieces, isPartial: true };
  }
  return { pieces, isPartial: false };
}

function candidates(path: string): string[] {
  const numbers = Array.from({ length: MOST_ROTATIONS }, (_, place) => place + 1);
  return [path, ...numbers.flatMap((number) => [`${path}.${number}`, `${path}.${number}.gz`])];
}

async function openOr(path: string, isNeeded: boolean): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (!isNeeded && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where to begin: a place from which the first time that is told lies before the moment, or as far back as is allowed. */
async function startOf(file: FileHandle, size: number, { since, now }: Span, most: number) {
  const floor = Math.max(0, size - most);
  for (let from = size; from > floor; ) {
    from = Math.max(floor, from - STEP_BYTES);
    const at = await firstTime(file, from, now);
    if (at && at < since) return { from, isBefore: true };
  }
  return { from: floor, isBefore: false };
}

async function firstTime(file: FileHandle, from: number, now: Date): Promise<Date | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, from);
  const times: Date[] = [];
  const cutter = lineCutter(
    (line) => {
      const { at } = times.length === 0 ? readLogLine(line, now) : {};
      if (at) times.push(at);
    },
    { skipFirst: from > 0 },
  );
  cutter.push(buffer.subarray(0, bytesRead));
  return times[0];
}

async function readPiece({ file, from, isPacked }: Piece, take: (line: string) => void): Promise<void> {
  const cutter = lineCutter(take, { skipFirst: from > 0 });
  const stored = file.createReadStream({ start: from, autoClose: false });
  const bytes: Readable = isPacked ? stored.pipe(createGunzip()) : stored;
  stored.on('error', (error) => bytes.destroy(error));
  for await (const chunk of bytes) cutter.push(chunk);
  cutter.end();
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EACCES: 'CapOps may not read it.',
  EPERM: 'CapOps may not read it.',
  EISDIR: 'It is a folder.',
  Z_DATA_ERROR: 'It is damaged.',
  Z_BUF_ERROR: 'It is damaged.',
};

function unreadable(error: unknown): LogUnreadableError | undefined {
  const why = WHY[String((error as NodeJS.ErrnoException).code)];
  return why === undefined ? undefined : new LogUnreadableError(why, { cause: error });
}
