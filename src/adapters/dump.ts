import type { Programs } from '../config/programs.ts';
import { ProgramError } from '../errors.ts';
import type { DatabaseSurvey, Dump, DumpFacts, DumpRequest } from '../ports.ts';
import type { ReadingTools } from './archive-line.ts';
import { openArchiveReader } from './archive-reader.ts';
import { type Bench, beginSurvey, openBench } from './dump-bench.ts';
import { type ArchiveStream, startArchive } from './dump-stream.ts';
import { freeAsItGoes } from './flat-memory.ts';
import type { Program } from './program-crew.ts';

/** What dumps are made with. */
export interface DumpSettings {
  readonly programs: Programs;
  /** Where a dump in the directory format is laid out. */
  readonly folder: string;
}

/** A dump on its way; see the port. */
export function startDump(url: string, request: DumpRequest, settings: DumpSettings): Dump {
  const facts = Promise.withResolvers<DumpFacts>();
  facts.promise.catch(() => undefined); // Nobody has to ask.
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(request.signal ? [request.signal] : [])]);
  const content = contentOf({ url, request: { ...request, signal }, settings, tell: facts });
  return { content: heardOfAtOnce(content, left), facts: facts.promise };
}

/** Whoever gives up while nothing has come yet, as before a large dump is laid out, would be heard once something has. */
function heardOfAtOnce(content: AsyncGenerator<Uint8Array, void>, left: AbortController): AsyncIterable<Uint8Array> {
  const end = async () => {
    left.abort(new Error('The dump was broken off'));
    return content.return();
  };
  return { [Symbol.asyncIterator]: () => ({ next: () => content.next(), return: end }) };
}

interface Order {
  readonly url: string;
  readonly request: DumpRequest;
  readonly settings: DumpSettings;
  readonly tell: Pick<PromiseWithResolvers<DumpFacts>, 'resolve' | 'reject'>;
}

async function* contentOf({ url, request, settings, tell }: Order): AsyncGenerator<Uint8Array, void> {
  let bench: Bench | undefined;
  let work: Work | undefined;
  try {
    bench = await openBench(url, { ...request, programs: settings.programs });
    work = await begin(bench, { request, settings });
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
    await work?.archive.close?.();
  }
}

/** A dump's parts while it runs. */
interface Work {
  readonly request: DumpRequest;
  readonly bench: Bench;
  readonly archive: ArchiveStream;
  readonly survey: Promise<DatabaseSurvey>;
  readonly reading: ReadingTools;
  /** Once it was, before it was encrypted. */
  isReadWhole: boolean;
  facts(): Promise<Omit<DumpFacts, 'bytes'>>;
}

async function begin(bench: Bench, order: Pick<Order, 'request' | 'settings'>): Promise<Work> {
  const { request, settings } = order;
  const { inspection, zstd } = bench.inspected;
  const pg = bench.pgDump().programs;
  const { survey, pgDump } = await beginSurvey(bench);
  const archive = await startArchiveOf(bench, { ...order, survey, pgDump });
  const { environment } = settings.programs;
  const reading = { pgRestore: pg.pgRestore, zstd, environment, folder: settings.folder };
  const work: Work = {
    request,
    bench,
    archive,
    survey,
    reading,
    isReadWhole: false,
    facts: async () => ({
      ...(await survey),
      database: inspection.database,
      serverVersion: inspection.serverVersion,
      pgDumpVersion: pg.version,
      archive: archive.seen(),
      isReadWhole: work.isReadWhole,
      warnings: await bench.crew.allWell(),
    }),
  };
  return work;
}

async function startArchiveOf(
  bench: Bench,
  {
    request,
    settings: { folder },
    survey,
    pgDump,
  }: Pick<Order, 'request' | 'settings'> & { readonly survey: Promise<DatabaseSurvey>; readonly pgDump: Program },
): Promise<ArchiveStream> {
  const { crew, inspected } = bench;
  if (request.format !== 'directory')
    return startArchive(crew, { request, pgDump, zstd: inspected.zstd, folder: bench.folder.path });
  const { startFolder } = await import('./dump-folder.ts');
  const { jobs } = inspected.inspection;
  return startFolder(crew, { request, pgDump, programs: bench.pgDump().programs, jobs, folder, rest: survey });
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
    work.isReadWhole = reader.isThorough();
    if (fault) throw new ProgramError('pg_dump', `The dump was read as it was written, and is broken. ${fault}`);
  } finally {
    await reader.close();
  }
}
