import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Journal, JournalLine } from '../ports.ts';
import { add, create, journalFile, readContent, takeAway, unlessMissing } from './journal-file.ts';
import { BEAT_MS, hasGone, thisWriter } from './journal-writer.ts';

interface JournalOptions {
  /** Made when it is needed, for its owner alone. */
  readonly folder: string;
  readonly clock: Clock;
}

/**
 * A folder with a file a run: its intent, and its outcome behind it. So no two writers ever share a file, a request that
 * comes twice meets the first one's file, and a file that is complete can be removed without asking anybody.
 */
export function openJournal({ folder, clock }: JournalOptions): Journal {
  const beats = openBeats(clock);
  const pathOf = (line: JournalLine) => join(folder, `${nameOf(line)}.jsonl`);
  const waiting = async () => {
    const names = (await unlessMissing(readdir(folder))) ?? [];
    // A file before its draft: what the file says counts.
    const drafts = names.filter((name) => name.endsWith('.new'));
    return [...names.filter((name) => name.endsWith('.jsonl')).sort(), ...drafts];
  };
  return {
    append: async (line) => {
      await makePrivate(folder);
      const path = pathOf(line);
      const text = textOf(line);
      if (line.kind === 'outcome') {
        await add(path, text);
        beats.end(path);
        return undefined;
      }
      const before = await create(path, text);
      if (!before) beats.begin(path);
      return before && lastOf(before.lines, path);
    },
    keep: async (lines, most) => {
      await makePrivate(folder);
      const room = Math.max(0, most - (await waiting()).length);
      for (const line of lines.slice(0, room)) await create(pathOf(line), textOf(line));
      return Math.max(0, lines.length - room);
    },
    waiting,
    take: async (name) => {
      const path = join(folder, name);
      const content = await readContent(path);
      if (!content) return undefined;
      if (content.lines.some(({ kind }) => kind === 'outcome')) return journalFile(path, content);
      if (!hasGone(content.writer, clock.now().getTime() - content.changedAt.getTime())) return undefined;
      const taken = await takeAway(folder, name);
      if (taken === undefined) return undefined;
      const left = await readContent(taken);
      return left && journalFile(taken, left);
    },
  };
}

function textOf(line: JournalLine): string {
  return `${JSON.stringify({ ...line, writer: thisWriter() })}\n`;
}

/** A request key may hold anything, and be long. */
function nameOf({ requestKey, runId }: JournalLine): string {
  return requestKey === null ? runId : createHash('sha256').update(requestKey).digest('hex');
}

function lastOf(lines: readonly JournalLine[], path: string): JournalLine {
  const last = lines.at(-1);
  if (!last) throw new Error(`${path} is in the way, and cannot be read`);
  return last;
}

/** It says who did what, and to what: nobody else is to read it, or to write what then counts as done. */
async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/** Says to other machines, which share the folder and cannot look, that these runs are still at work. */
function openBeats(clock: Clock): { begin(path: string): void; end(path: string): void } {
  const paths = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const beat = () => {
    const now = clock.now();
    for (const path of paths) void utimes(path, now, now).catch(() => paths.delete(path));
  };
  return {
    begin: (path) => {
      paths.add(path);
      timer ??= setInterval(beat, BEAT_MS).unref();
    },
    end: (path) => {
      paths.delete(path);
      if (paths.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
