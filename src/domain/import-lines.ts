import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as breath } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { headerFault } from './import-header.ts';

/** One record of a CSV file, and where it stands. */
export interface CsvLine {
  /** The line of the file on which it begins; the first is 1. */
  readonly number: number;
  /** Where its text begins and ends, in bytes; its line end is part of it. */
  readonly start: number;
  readonly end: number;
  /** With the spaces around them taken off. Where there is a fault, the line's own text. */
  readonly fields: readonly string[];
  /** Why it cannot be taken apart. */
  readonly fault?: string;
}

const PIECE_BYTES = 64 * 1024;

/** More lines with misplaced quotes than this, and it is no CSV. */
const MAX_FAULTS = 1000;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'A quote is opened on this line and never closed.',
  INVALID_OPENING_QUOTE: 'A quote stands inside a field that is not in quotes.',
};
const OTHER_FAULT = 'A quote is closed before the field ends, or never.';
const QUOTE_ADVICE = 'Put the whole field in quotes and double those inside it: "London ""City"" Airport".';

/**
 * Gives the records of a CSV file (UTF-8) one by one, empty ones left out. A line whose quotes are wrong costs that line
 * alone: reading goes on at the next. Other work gets its turn in between. Rejects with what `take` throws.
 */
export async function readCsv(text: Buffer, delimiter: string, take: (line: CsvLine) => void): Promise<void> {
  const lineAt = lineCounter(text);
  let from = 0;
  for (let faults = 0; from < text.length; faults++) {
    if (faults > MAX_FAULTS)
      throw headerFault(`The file is no CSV: more than ${MAX_FAULTS} of its lines have misplaced quotes.`);
    let reached = from;
    const onRecord = (fields: string[], end: number) => {
      const start = skipLineEnds(text, reached);
      reached = end;
      if (fields.some((field) => field.trim() !== '')) take({ number: lineAt(start), start, end, fields });
    };
    const error = await parseFrom(text, { from, delimiter, onRecord });
    if (!error) return;
    const start = skipLineEnds(text, reached);
    const end = endOfLine(text, start);
    const fault = `${FAULTS[error.code] ?? OTHER_FAULT} ${QUOTE_ADVICE}`;
    take({ number: lineAt(start), start, end, fields: [text.toString('utf8', start, end).trim()], fault });
    from = end;
  }
}

type Parsing = { from: number; delimiter: string; onRecord: (fields: string[], end: number) => void };

/** Parses to the end, or to a misplaced quote, which it returns. */
async function parseFrom(text: Buffer, { from, delimiter, onRecord }: Parsing): Promise<CsvError | undefined> {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (fields: string[], { bytes }) => {
      onRecord(fields, from + bytes);
      return null;
    },
  });
  parser.resume();
  try {
    await pipeline(Readable.from(pieces(text, from), { objectMode: false }), parser);
    return undefined;
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

async function* pieces(text: Buffer, from: number): AsyncGenerator<Buffer> {
  for (let start = from; start < text.length; start += PIECE_BYTES) {
    yield text.subarray(start, start + PIECE_BYTES);
    await breath();
  }
}

/** Counts the lines up to a place; asked in ascending order. `\n`, `\r\n` and `\r` end a line. */
function lineCounter(text: Buffer): (place: number) => number {
  let counted = 0;
  let line = 1;
  return (place) => {
    for (; counted < place; counted++) if (endsLine(text, counted)) line++;
    return line;
  };
}

function endsLine(text: Buffer, place: number): boolean {
  return text[place] === LINE_FEED || (text[place] === CARRIAGE_RETURN && text[place + 1] !== LINE_FEED);
}

function skipLineEnds(text: Buffer, from: number): number {
  let place = from;
  while (text[place] === LINE_FEED || text[place] === CARRIAGE_RETURN) place++;
  return place;
}

function endOfLine(text: Buffer, from: number): number {
  let place = from;
  while (place < text.length && !endsLine(text, place)) place++;
  return Math.min(place + 1, text.length);
}
