import { setImmediate as breathe } from 'node:timers/promises';
import { showBytes } from '../../domain/bytes.ts';
import type { SupportDesk } from '../../ports.ts';
import type { Gathered } from './bundle-part.ts';
import { cleanText } from './clean-text.ts';
import { shownLine } from './last-lines.ts';
import { fenced } from './report-markdown.ts';

/** The whole file is no larger than this, and no part that is no log than that. */
const MOST_BYTES = 2_000_000;
const MOST_PART = 100_000;

/** A part as it stands in the file. */
export interface Assembled {
  readonly title: string;
  readonly text: string;
  /** What is not there of it, in a sentence; undefined: it is whole. */
  readonly lacks: string | undefined;
}

/** Cleans each part and cuts it to its share. Others get their turn in between. */
export async function assembleParts(
  desk: Pick<SupportDesk, 'withoutConfigured'>,
  gathered: readonly Gathered[],
): Promise<Assembled[]> {
  const assembled: Assembled[] = [];
  const logs = gathered.filter(({ keeps }) => keeps === 'end').length;
  const share = (MOST_BYTES - MOST_PART * (gathered.length - logs)) / Math.max(1, logs);
  for (const part of gathered) {
    assembled.push('text' in part ? whole(desk, part, share) : missing(desk, part));
    await breathe();
  }
  return assembled;
}

function missing(desk: Pick<SupportDesk, 'withoutConfigured'>, part: Gathered & { missing: string }): Assembled {
  const words = `Not to be had. ${cleanText(desk, part.missing)}`;
  return { title: part.title, text: words, lacks: words };
}

function whole(
  desk: Pick<SupportDesk, 'withoutConfigured'>,
  { title, keeps, text }: Gathered & { text: string },
  share: number,
): Assembled {
  const clean = cleanText(desk, text);
  if (keeps === 'beginning') {
    const kept = inBytes(clean.split('\n'), MOST_PART);
    return { title, text: clean, lacks: undefined, ...(kept.left > 0 ? cutWords(kept.lines, kept.left, 'last') : {}) };
  }
  if (clean === '') return { title, text: 'Nothing was written.', lacks: undefined };
  const lines = clean.split('\n').map(shownLine);
  const { lines: newest, left } = inBytes(lines.toReversed(), share);
  const log = newest.toReversed();
  return left > 0
    ? { title, ...cutWords([fenced(log)], left, 'first') }
    : { title, text: fenced(log), lacks: undefined };
}

function cutWords(lines: readonly string[], left: number, which: 'first' | 'last'): Omit<Assembled, 'title'> {
  const lacks = `It is too long: its ${which} ${left} lines are left out.`;
  return { text: which === 'first' ? [lacks, '', ...lines].join('\n') : [...lines, '', lacks].join('\n'), lacks };
}

/** As many of the first lines as have room. */
function inBytes(lines: readonly string[], most: number): { lines: string[]; left: number } {
  let bytes = 0;
  const end = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes > most;
  });
  return end < 0 ? { lines: [...lines], left: 0 } : { lines: lines.slice(0, end), left: lines.length - end };
}

/** The file: a table of contents, and the parts under numbered headings. */
export function fileText(heading: string, parts: readonly Assembled[]): string {
  const contents = parts.map(({ title, lacks }, place) => `${place + 1}. ${title}${lacks ? ` (${lacks})` : ''}`);
  const sections = parts.map(({ title, text }, place) => `## ${place + 1}. ${title}\n\n${text}\n`);
  return [`# ${heading}`, '', INTRODUCTION, '', ...contents, '', ...sections].join('\n');
}

export const sizeWords = (text: string): string => showBytes(Buffer.byteLength(text));

const INTRODUCTION =
  'Made by CapOps for the development team. Configured secrets, what looks like a secret, and what PostgreSQL’s errors tell of rows are taken out; names, ids and what people typed are not. Times are in UTC where nothing else is said.';
