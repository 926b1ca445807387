import { randomUUID } from 'node:crypto';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PARTIAL } from '../domain/storage-key.ts';
import { AlreadyThereError } from '../errors.ts';
import type { WriteOptions } from '../ports.ts';
import { codeOf, storageError, unlessMissing } from './local-failure.ts';
import { type Folder, makeFolderOf, syncFolder } from './local-folder.ts';
import { type Measure, type MeasuredContent, measured } from './measured-content.ts';

const WRITE_BYTES = 2 ** 20;
const FLUSH_BYTES = 16 * 2 ** 20;

/** Writes under another name, has all of it on the disk, and only then gives it its own name. */
export async function writeFile(
  { name, folder }: Folder,
  key: string,
  { content, signal, progress }: WriteOptions & { readonly content: AsyncIterable<Uint8Array> },
): Promise<Measure> {
  const path = join(folder, key);
  const partial = `${path}.${randomUUID().slice(0, 8)}${PARTIAL}`;
  const passing = measured(content, { signal, progress });
  try {
    await makeFolderOf(folder, key);
    if (await unlessMissing(lstat(path))) throw new AlreadyThereError(name, key);
    const measure = await writePartial(partial, passing);
    if (!(await publish(partial, path))) throw new AlreadyThereError(name, key);
    return measure;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined); // What went wrong counts; a sweep removes the rest.
    throw passing.failure()?.reason === error ? error : storageError(name, error);
  } finally {
    passing.close();
  }
}

async function writePartial(partial: string, passing: MeasuredContent): Promise<Measure> {
  const file = await open(partial, 'wx', 0o600);
  const flushing = flushAsItGoes(file);
  try {
    for await (const { chunks, bytes } of gathered(passing.chunks)) {
      await append(file, chunks, bytes);
      flushing.wrote(bytes);
    }
    await flushing.done();
    await file.sync();
  } finally {
    await flushing.done().catch(() => undefined);
    await file.close();
  }
  const measure = passing.measure();
  if (!measure) throw new Error('The content ended before its end');
  return measure;
}

interface Gathered {
  readonly chunks: Uint8Array[];
  readonly bytes: number;
}

/** Some at a time: a call for each chunk costs more than the writing. */
async function* gathered(content: AsyncIterable<Uint8Array>): AsyncGenerator<Gathered, void> {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < WRITE_BYTES) continue;
    yield { chunks, bytes };
    chunks = [];
    bytes = 0;
  }
  if (bytes > 0) yield { chunks, bytes };
}

async function append(file: FileHandle, chunks: Uint8Array[], bytes: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks);
  // Most likely the disk is full: then this says so.
  if (bytesWritten < bytes) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** Has the disk at work while content still comes, so that little is left for the end. `done` rejects where that failed. */
function flushAsItGoes(file: FileHandle): { wrote(bytes: number): void; done(): Promise<void> } {
  let waiting = 0;
  let isAtWork = false;
  let work = Promise.resolve();
  const wrote = (bytes: number) => {
    waiting += bytes;
    if (isAtWork || waiting < FLUSH_BYTES) return;
    waiting = 0;
    isAtWork = true;
    work = work
      .then(() => file.datasync())
      .finally(() => {
        isAtWork = false;
      });
    work.catch(() => undefined); // Whoever asks whether it is done hears of it.
  };
  return { wrote, done: () => work };
}

/** False when the name is taken. */
async function publish(partial: string, path: string): Promise<boolean> {
  if (!(await nameAnew(partial, path))) return false;
  try {
    await rm(partial, { force: true });
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    await rm(path, { force: true }); // Whether the name would outlive a power cut is not known.
    throw error;
  }
}

async function nameAnew(partial: string, path: string): Promise<boolean> {
  try {
    await link(partial, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test(String(codeOf(error)))) throw error;
    // Some network drives and sticks know no second name for a file: there one look has to do.
    if (await unlessMissing(lstat(path))) return false;
    await rename(partial, path);
    return true;
  }
}
