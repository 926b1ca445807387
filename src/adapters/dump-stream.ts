import { createHash } from 'node:crypto';
import { PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import { ProgramError } from '../errors.ts';
import type { DumpFacts, DumpRequest } from '../ports.ts';
import { compressor, zstdArgs } from './compression.ts';
import { watchPlainDump } from './plain-dump.ts';
import type { Crew, Program } from './program-crew.ts';
import { openProgramPipe } from './program-pipe.ts';

/** An archive as it leaves the compressor. */
export interface ArchiveStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What went in, where Node saw it. Throws a ProgramError where that was not a whole dump. */
  seen(): DumpFacts['archive'];
  /** To be called in the end, once no program runs any more; absent: nothing is left. */
  close?(): Promise<void>;
}

export interface ArchiveMaking {
  readonly request: DumpRequest;
  /** Without arguments of what to dump and how. */
  readonly pgDump: Program;
  /** Undefined: Node compresses. */
  readonly zstd: string | undefined;
  readonly folder: string;
}

/** Starts pg_dump and its compressor. The stream may end early: whether all went well, the crew knows. */
export async function startArchive(crew: Crew, making: ArchiveMaking): Promise<ArchiveStream> {
  const { format, compression } = making.request;
  // zstd does better from outside what the custom format would compress itself.
  const raw = format === 'custom' && compression !== 'none' ? ['--compress=0'] : [];
  const pgDump = { ...making.pgDump, args: [...making.pgDump.args, `--format=${format}`, ...raw] };
  if (compression === 'zstd' && making.zstd !== undefined)
    return throughProgram(crew, pgDump, making.zstd, making.folder);
  return throughNode(crew, pgDump, making.request);
}

async function throughProgram(crew: Crew, pgDump: Program, path: string, folder: string): Promise<ArchiveStream> {
  const pipe = await openProgramPipe(folder);
  try {
    const zstd = { path, args: zstdArgs('compress'), env: pgDump.env };
    const { stdout } = crew.start(zstd, [pipe.readEnd, 'pipe', 'pipe']);
    crew.start(pgDump, ['ignore', pipe.writeEnd, 'pipe']);
    // Read from the start: what a program has left unread when it exits, Node lets go.
    const bytes = stdout ? pipeline(stdout, new PassThrough(), () => undefined) : new PassThrough().end();
    return { bytes, seen: () => undefined };
  } finally {
    await pipe.handedOver();
  }
}

function throughNode(crew: Crew, pgDump: Program, { format, compression }: DumpRequest): ArchiveStream {
  const { stdout } = crew.start(pgDump, ['ignore', 'pipe', 'pipe']);
  const hash = createHash('sha256');
  const plain = format === 'plain' ? watchPlainDump() : undefined;
  let bytes = 0;
  let sha256: string | undefined;
  const meter = new Transform({
    transform: (chunk: Buffer, _encoding, pass) => {
      hash.update(chunk);
      plain?.see(chunk);
      bytes += chunk.length;
      pass(null, chunk);
    },
  });
  const stages = [stdout, meter, compressor(compression)].filter((stage) => stage !== undefined && stage !== null);
  return {
    bytes: pipeline(stages, () => undefined) as unknown as Readable,
    seen: () => {
      const fault = plain?.fault();
      if (fault) throw new ProgramError('pg_dump', `pg_dump ended well, and yet its dump is not whole. ${fault}`);
      sha256 ??= hash.digest('hex');
      return { bytes, sha256 };
    },
  };
}
