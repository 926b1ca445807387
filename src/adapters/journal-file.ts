import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { JournalFile, JournalLine } from '../ports.ts';
import { type Writer, writerSchema } from './journal-writer.ts';

const lineSchema = z.object({
  kind: z.enum(['intent', 'outcome']),
  runId: z.uuid(),
  requestKey: z.string().nullable(),
  run: z.record(z.string(), z.unknown()),
  record: z.record(z.string(), z.unknown()),
  writer: writerSchema,
});

/** What can be read of a file. */
export interface Content {
  readonly lines: readonly JournalLine[];
  readonly writer: Writer | undefined;
  /** Whether something in it is no whole line. */
  readonly isTorn: boolean;
  readonly changedAt: Date;
}

/** Undefined where there is no such file. */
export async function readContent(path: string): Promise<Content | undefined> {
  const bytes = await unlessMissing(readFile(path, 'utf8'));
  const found = await unlessMissing(stat(path));
  if (bytes === undefined || !found) return undefined;
  const pieces = bytes.split('\n').filter((piece) => piece !== '');
  const whole = pieces.flatMap((piece) => parsed(piece) ?? []);
  return {
    lines: whole.map(({ writer: _, ...line }) => line),
    writer: whole[0]?.writer,
    isTorn: whole.length < pieces.length || whole.length === 0,
    changedAt: found.mtime,
  };
}

function parsed(piece: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(piece)).data;
  } catch {
    return undefined;
  }
}

/** A file that nobody adds to any more. */
export function journalFile(path: string, { lines, isTorn }: Content): JournalFile {
  const aside = `${path}.torn`;
  return {
    lines,
    torn: isTorn ? basename(aside) : undefined,
    finish: async () => {
      await (isTorn ? unlessMissing(rename(path, aside)) : rm(path, { force: true }));
    },
  };
}

/**
 * Makes a file of one whole line, or none: others see it complete or not at all. Resolves with what is there where
 * somebody else made it before.
 */
export async function create(path: string, text: string): Promise<Content | undefined> {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await write(draft, text, 'wx');
    while (!(await linkAnew(draft, path))) {
      const first = await readContent(path);
      if (first) return first;
    }
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(path);
  return undefined;
}

/** False when the name is taken. */
async function linkAnew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Adds a line. It begins anew, so that what a full disk has cut off before stays a line of its own. */
export async function add(path: string, text: string): Promise<void> {
  for (;;) {
    const written = await write(path, `\n${text}`, 'a');
    await syncFolder(path);
    // Somebody who believed us gone may have taken the file away meanwhile.
    if ((await unlessMissing(stat(path)))?.ino === written) return;
  }
}

/** Resolves with the file's inode once all of it is on the disk. */
async function write(path: string, text: string, flags: 'a' | 'wx'): Promise<number> {
  const file = await open(path, flags, 0o600);
  try {
    await file.appendFile(text);
    await file.sync();
    return (await file.stat()).ino;
  } finally {
    await file.close();
  }
}

/** A name lasts only once its folder does. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

/** Takes a file away from a writer that is gone; should it come back, it begins another. Undefined: somebody has it. */
export async function takeAway(folder: string, name: string): Promise<string | undefined> {
  if (name.endsWith('.gone.jsonl')) return join(folder, name);
  const taken = join(folder, `${name.split('.')[0]}.${randomUUID()}.gone.jsonl`);
  return unlessMissing(rename(join(folder, name), taken).then(() => taken));
}

export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
