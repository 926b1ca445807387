import type { Programs } from '../config/programs.ts';
import { ProgramError } from '../errors.ts';
import type { DatabaseSurvey, Dump, DumpFacts, DumpRequest } from '../ports.ts';
import { openArchiveReader, type ReadingTools } from './archive-reader.ts';
import { type Bench, beginSurvey, openBench } from './dump-bench.ts';
import { type ArchiveStream, startArchive } from './dump-stream.ts';
import { freeAsItGoes } from './flat-memory.ts';

/** A dump on its way; see the port. */
export function startDump(url: string, request: DumpRequest, programs: Programs): Dump {
  const facts = Promise.withResolvers<DumpFacts>();
  facts.promise.catch(() => undefined); // Nobody has to ask.
  return { content: contentOf({ url, request, programs, tell: facts }), facts: facts.promise };
}

interface Order {
  readonly url: string;
  readonly request: DumpRequest;
  readonly programs: Programs;
  readonly tell: Pick<PromiseWithResolvers<DumpFacts>, 'resolve' | 'reject'>;
}

async function* contentOf({ url, request, programs, tell }: Order): AsyncGenerator<Uint8Array, void> {
  let bench: Bench | undefined;
  try {
    bench = await openBench(url, { ...request, programs });
    const work = await begin(bench, { request, programs });
    let bytes = 0;
    const free = freeAsItGoes();
    for await (const chunk of finished(work)) {
      free(chunk.length);
      bytes += chunk.length;
      request.progress?.(bytes);
      yield chunk;
    }
    tell.resolve({ ...(await work.facts()), bytes });
  } catch (error) {
    const reason = request.signal?.aborted ? request.signal.reason : error;
    tell.reject(reason);
    throw reason;
  } finally {
    tell.reject(new Error('The dump was broken off'));
    await bench?.close();
  }
}

/** A dump's parts while it runs. */
interface Work {
  readonly request: DumpRequest;
  readonly bench: Bench;
  readonly archive: ArchiveStream;
  readonly survey: Promise<DatabaseSurvey>;
  readonly reading: ReadingTools;
  facts(): Promise<Omit<DumpFacts, 'bytes'>>;
}

async function begin(bench: Bench, { request, programs }: Pick<Order, 'request' | 'programs'>): Promise<Work> {
  const { inspection, zstd } = bench.inspected;
  const pg = bench.pgDump().programs;
  const { survey, pgDump } = await beginSurvey(bench);
  const archive = await startArchive(bench.crew, { request, pgDump, zstd, folder: bench.folder.path });
  return {
    request,
    bench,
    archive,
    survey,
    reading: { pgRestore: pg.pgRestore, zstd, environment: programs.environment },
    facts: async () => ({
      ...(await survey),
      database: inspection.database,
      serverVersion: inspection.serverVersion,
      pgDumpVersion: pg.version,
      archive: archive.seen(),
      isReadWhole: (request.recipients ?? []).length > 0,
      warnings: await bench.crew.allWell(),
    }),
  };
}

/** The archive, encrypted where that is asked for. */
async function* finished(work: Work): AsyncGenerator<Uint8Array, void> {
  const recipients = work.request.recipients ?? [];
  if (recipients.length === 0) {
    yield* whole(work);
    return;
  }
  const { encrypted } = await import('./encryption.ts');
  yield* await encrypted(readAsWritten(work), recipients);
}

/** Ends only when every program and all counting has ended well. */
async function* whole({ archive, bench, survey, request }: Work): AsyncGenerator<Uint8Array, void> {
  yield* archive.bytes;
  await bench.crew.allWell();
  await survey;
  request.signal?.throwIfAborted();
  archive.seen();
}

/** Reads the archive while it goes by: once it is encrypted, only the private key could. */
async function* readAsWritten(work: Work): AsyncGenerator<Uint8Array, void> {
  const { request, reading } = work;
  const reader = await openArchiveReader(request, reading, request.signal);
  try {
    for await (const chunk of whole(work)) {
      await reader.write(chunk);
      yield chunk;
    }
    const fault = await reader.end();
    request.signal?.throwIfAborted();
    if (fault) throw new ProgramError('pg_dump', `The dump was read as it was written, and is broken. ${fault}`);
  } finally {
    await reader.close();
  }
}
