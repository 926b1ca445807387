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
/** The heading, the contents, and what stands around the parts. */
const FRAME_BYTES = 20_000;

/** A part as it stands in the file. */
export interface Assembled {
  readonly title: string;
  readonly text: string;
  /** What is not there of it, in a sentence; undefined: it is whole. */
  readonly lacks: string | undefined;
}

/** Cleans each part and cuts it to its share; the logs share what the others leave. Others get their turn in between. */
export async function assembleParts(
  desk: Pick<SupportDesk, 'withoutConfigured'>,
  gathered: readonly Gathered[],
): Promise<Assembled[]> {
  const assembled = new Map<Gathered, Assembled>();
  const isLog = ({ keeps }: Gathered) => keeps === 'end';
  for (const part of gathered.filter((one) => !isLog(one))) {
    assembled.set(part, 'text' in part ? beginning(desk, part) : missing(desk, part));
    await breathe();
  }
  const used = [...assembled.values()].reduce((bytes, { text }) => bytes + Buffer.byteLength(text), FRAME_BYTES);
  const logs = gathered.filter(isLog);
  for (const part of logs) {
    const share = (MOST_BYTES - used) / logs.length;
    assembled.set(part, 'text' in part ? log(desk, part, share) : missing(desk, part));
    await breathe();
  }
  return gathered.flatMap((part) => assembled.get(part) ?? []);
}

function missing(desk: Pick<SupportDesk, 'withoutConfigured'>, part: Gathered & { missing: string }): Assembled {
  const words = `Not to be had. ${cleanText(desk, part.missing)}`;
  return { title: part.title, text: words, lacks: words };
}

function beginning(
  desk: Pick<SupportDesk, 'withoutConfigured'>,
  { title, text }: Gathered & { text: string },
): Assembled {
  const clean = cleanText(desk, text);
  const { lines, left } = inBytes(clean.split('\n'), MOST_PART);
  return left > 0 ? { title, ...cutWords(lines, left, 'last') } : { title, text: clean, lacks: undefined };
}

function log(
  desk: Pick<SupportDesk, 'withoutConfigured'>,
  { title, text }: Gathered & { text: string },
  share: number,
): Assembled {
  const clean = cleanText(desk, text);
  if (clean === '') return { title, text: 'Nothing was written.', lacks: undefined };
  const newestFirst = clean.split('\n').map(shownLine).reverse();
  const { lines, left } = inBytes(newestFirst, share);
  const shown = fenced(lines.reverse());
  return left > 0 ? { title, ...cutWords([shown], left, 'first') } : { title, text: shown, lacks: undefined };
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
