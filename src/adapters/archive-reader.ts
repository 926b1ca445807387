import { PassThrough, pipeline, type Readable, Writable } from 'node:stream';
import type { ArchiveLayout } from '../ports.ts';
import { type Line, type ReadingTools, wordsOf } from './archive-line.ts';
import { decompressor, zstdArgs } from './compression.ts';
import { watchPlainDump } from './plain-dump.ts';
import { pour } from './pour.ts';
import { type Crew, openCrew } from './program-crew.ts';
import { openProgramPipe } from './program-pipe.ts';
import { openWorkFolder } from './work-folder.ts';

/** Is given an archive piece by piece and reads all of it, to see whether it is whole. */
export interface ArchiveReader {
  /** Waits while it has enough. Never rejects: what comes after a fault is let go. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves with what is wrong once all was read; undefined: nothing. */
  end(): Promise<string | undefined>;
  /** Whether all was read as an archive: false where a disk had no room to lay it out. */
  isThorough(): boolean;
  /** Stops whatever still runs. */
  close(): Promise<void>;
}

export async function openArchiveReader(
  layout: ArchiveLayout,
  tools: ReadingTools,
  signal?: AbortSignal,
): Promise<ArchiveReader> {
  const crew = openCrew(signal);
  try {
    const line = await LINES[layout.format](layout, tools, crew);
    const { entry, fault } = line;
    entry.on('error', () => undefined); // Why shows in the fault.
    return {
      write: (chunk) => pour(entry, chunk),
      end: async () => {
        if (!entry.destroyed) entry.end();
        const [inStream, inProgram] = await Promise.all([fault, crew.allWell().catch(wordsOf)]);
        return [inStream, inProgram].find((words) => typeof words === 'string');
      },
      isThorough: () => line.isThorough?.() ?? true,
      close: async () => {
        entry.destroy();
        await crew.end();
        await line.close?.();
      },
    };
  } catch (error) {
    await crew.end();
    throw error;
  }
}

const LINES: Record<ArchiveLayout['format'], (of: ArchiveLayout, tools: ReadingTools, crew: Crew) => Promise<Line>> = {
  plain: plainLine,
  custom: customLine,
  directory: async (_layout, tools, crew) => (await import('./packed-folder-line.ts')).folderLine(tools, crew),
};

/** `pg_restore -f /dev/null` reads every block, where `-l` reads a table of contents alone. */
async function customLine({ compression }: ArchiveLayout, tools: ReadingTools, crew: Crew): Promise<Line> {
  const env = { ...tools.environment, LC_ALL: 'C' };
  const restore = { path: tools.pgRestore, args: ['--format=custom', '--file=/dev/null'], env };
  if (compression !== 'zstd' || tools.zstd === undefined) {
    const { stdin } = crew.start(restore, ['pipe', 'ignore', 'pipe']);
    return intoStream(compression, present(stdin));
  }
  const folder = await openWorkFolder();
  const pipe = await openProgramPipe(folder.path).finally(folder.end);
  crew.start(restore, [pipe.readEnd, 'ignore', 'pipe']);
  const unzip = { path: tools.zstd, args: zstdArgs('decompress'), env };
  const { stdin } = crew.start(unzip, ['pipe', pipe.writeEnd, 'pipe']);
  await pipe.handedOver();
  return { entry: present(stdin), fault: Promise.resolve(undefined) };
}

async function plainLine({ compression }: ArchiveLayout, tools: ReadingTools, crew: Crew): Promise<Line> {
  if (compression !== 'zstd' || tools.zstd === undefined) {
    const exit = new PassThrough();
    const { entry, fault } = intoStream(compression, exit);
    return { entry, fault: Promise.all([fault, watched(exit)]).then(([first, second]) => first ?? second) };
  }
  const env = { ...tools.environment, LC_ALL: 'C' };
  const unzip = { path: tools.zstd, args: zstdArgs('decompress'), env };
  const { stdin, stdout } = crew.start(unzip, ['pipe', 'pipe', 'pipe']);
  return { entry: present(stdin), fault: watched(present(stdout)) };
}

function intoStream(compression: ArchiveLayout['compression'], target: Writable): Line {
  const entry = decompressor(compression);
  if (!entry) return { entry: target, fault: Promise.resolve(undefined) };
  target.on('error', () => undefined);
  // Whoever reads may have enough before the last checksum has gone by: the rest is decompressed all the same.
  const sink = new Writable({
    write: (chunk, _encoding, next) => void pour(target, chunk).then(() => next()),
    final: (next) => {
      target.end();
      next();
    },
  });
  const fault = new Promise<string | undefined>((resolve) => {
    pipeline(entry, sink, (error) => {
      target.end();
      resolve(error ? `It cannot be decompressed: ${error.message}.` : undefined);
    });
  });
  return { entry, fault };
}

async function watched(source: Readable): Promise<string | undefined> {
  const watch = watchPlainDump();
  try {
    for await (const chunk of source) watch.see(chunk);
  } catch {
    return undefined; // The stream's own fault says why.
  }
  return watch.fault();
}

function present<T>(stream: T | null): T {
  if (stream === null) throw new Error('A program was started without this stream');
  return stream;
}
