import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BEAT_MS, hasGone, thisWriter, writerSchema } from './journal-writer.ts';
import { unlessMissing } from './local-failure.ts';

const PREFIX = 'capops-work-';
const OWNER = 'owner.json';

/** A temporary folder that only we can enter. */
export interface WorkFolder {
  readonly path: string;
  /** Writes a file that only we can read; resolves with its path. */
  keep(name: string, text: string): Promise<string>;
  /** Removes it. The process's end does so too. */
  end(): void;
  /** The same while everything else goes on: for one that may hold very many files. */
  clear(): Promise<void>;
}

/** Makes one, and removes those of processes that were killed. `parent` is the system's own by default. */
export async function openWorkFolder(parent = tmpdir()): Promise<WorkFolder> {
  await sweepWorkFolders(parent);
  const path = await mkdtemp(join(parent, PREFIX));
  // What is written deep in it does not show, and who shares the drive from another machine goes by this alone.
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS).unref();
  const end = () => {
    clearInterval(beat);
    rmSync(path, { recursive: true, force: true });
    process.off('exit', end);
  };
  const clear = async () => {
    clearInterval(beat);
    await removeFolder(path);
    process.off('exit', end);
  };
  process.on('exit', end);
  const keep = async (name: string, text: string) => {
    await writeFile(join(path, name), text, { mode: 0o600, flag: 'wx' });
    return join(path, name);
  };
  try {
    await keep(OWNER, JSON.stringify(thisWriter()));
    return { path, keep, end, clear };
  } catch (error) {
    end();
    throw error;
  }
}

/** Removes the folders of processes that are gone; of those on another machine, a quarter of an hour after they fell silent. */
export async function sweepWorkFolders(parent = tmpdir()): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(PREFIX))) {
    const path = join(parent, name);
    try {
      if (isLeft(path)) await removeFolder(path);
    } catch {
      // Gone just now.
    }
  }
}

/** Of a folder, or a file. One after the other: Node’s own takes all of a folder’s at once, which fills the memory where there are very many. */
export async function removeFolder(path: string): Promise<void> {
  for (const entry of (await unlessMissing(readdir(path, { withFileTypes: true }))) ?? []) {
    const inside = join(path, entry.name);
    await (entry.isDirectory() ? removeFolder(inside) : rm(inside, { force: true }));
  }
  await rm(path, { recursive: true, force: true });
}

function isLeft(path: string): boolean {
  const { uid, mtimeMs } = statSync(path);
  return uid === process.getuid?.() && hasGone(ownerOf(path), Date.now() - mtimeMs);
}

function ownerOf(path: string) {
  try {
    return writerSchema.safeParse(JSON.parse(readFileSync(join(path, OWNER), 'utf8'))).data;
  } catch {
    return undefined;
  }
}
