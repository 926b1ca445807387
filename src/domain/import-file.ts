import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import { AIRPORT_CODE } from './airport-code.ts';
import { counted } from './counted.ts';
import { findDelimiter, headerFault, headerWidth, readHeader } from './import-header.ts';
import { type CsvLine, readCsv } from './import-lines.ts';
import { type ImportRow, type ModuleReader, moduleReader, quotable, type RowProblem, readRow } from './import-row.ts';
import { decodeImport } from './import-text.ts';

export const MAX_IMPORT_BYTES = 64 * 2 ** 20;
export const MAX_IMPORT_LINES = 100_000;

/** An import file, read and checked by itself; what exists already is the plan's matter. */
export interface ImportFile {
  /** Of the file as it came, in hex. */
  readonly sha256: string;
  /** How many lines hold data; a line that runs on inside quotes counts once. */
  readonly lineCount: number;
  /** The good lines, in the file's order; no code twice. */
  readonly rows: readonly ImportRow[];
  /** In the file's order. */
  readonly problems: readonly RowProblem[];
  readonly rejectedCount: number;
  /** The header and the rejected lines, as they stand in the file: to be mended and imported again. */
  readonly rejectedCsv: () => string;
}

/** Where a line's text stands. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is known of the lines read so far. */
interface Reading {
  /** The first line of every code that stood in a line. */
  readonly byCode: Map<string, FirstLine>;
  readonly problems: RowProblem[];
  /** By the line's number. */
  readonly rejected: Map<number, Span>;
  readonly readModules: ModuleReader;
}

interface FirstLine extends Span {
  readonly number: number;
  /** Undefined where the line has problems. */
  row: ImportRow | undefined;
  repeated: boolean;
}

/** Reads a file's bytes. Throws UserError where the file as a whole is no import file; faults of single lines are its problems. */
export async function readImportFile(bytes: Buffer): Promise<ImportFile> {
  if (bytes.length > MAX_IMPORT_BYTES) throw tooLarge();
  const text = decodeImport(bytes);
  const header = firstLine(text);
  const delimiter = findDelimiter(header);
  const reading: Reading = { byCode: new Map(), problems: [], rejected: new Map(), readModules: moduleReader() };
  let take: ((line: CsvLine) => void) | undefined;
  let lineCount = 0;
  await readCsv(text, delimiter, (line) => {
    if (!take) {
      take = lineReader(reading, line);
      return;
    }
    lineCount += 1;
    if (lineCount > MAX_IMPORT_LINES) throw tooLarge();
    take(line);
  });
  if (lineCount === 0)
    throw new UserError({
      argument: 'file',
      message: 'The file has a header and nothing else: there is nothing to import.',
    });
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    lineCount,
    rows: [...reading.byCode.values()].flatMap(({ row }) => row ?? []),
    problems: reading.problems.toSorted((a, b) => a.line - b.line),
    rejectedCount: reading.rejected.size,
    rejectedCsv: () => csvOf(text, header, reading.rejected),
  };
}

/** Larger than CapOps takes. */
export function tooLarge(): UserError {
  const limit = `${MAX_IMPORT_BYTES / 2 ** 20} MB and ${counted(MAX_IMPORT_LINES, 'line')}`;
  return new UserError({
    argument: 'file',
    message: `The file is too large: an import takes at most ${limit}. Split it. Nothing was imported.`,
  });
}

function firstLine(text: Buffer): string {
  const begin = text.toString('utf8', 0, 64 * 1024);
  const header = begin.split(/[\r\n]+/).find((line) => line.trim() !== '');
  if (header === undefined) throw headerFault('The file is empty.');
  return header;
}

/** Takes the lines after the header. */
function lineReader(reading: Reading, header: CsvLine): (line: CsvLine) => void {
  if (header.fault) throw headerFault(`The header cannot be read. ${header.fault}`);
  const places = readHeader(header.fields);
  const width = headerWidth(header.fields);
  return (line) => {
    const { fields, number } = line;
    const fault = line.fault ?? widthFault(fields, width);
    if (fault)
      return reject(reading, line, [
        { line: number, column: undefined, value: quotable(fields.join(' ')), message: fault },
      ]);
    const [name = '', code = '', modules = ''] = [fields[places.name], fields[places.code], fields[places.modules]];
    const read = readRow(number, { name, code, modules }, reading.readModules);
    const faults = Array.isArray(read) ? read : [];
    const repeated = place(reading, line, {
      code: code.trim().toUpperCase(),
      row: Array.isArray(read) ? undefined : read,
    });
    if (faults.length > 0 || repeated) reject(reading, line, [...faults, ...(repeated ? [repeated] : [])]);
  };
}

function reject(
  { problems, rejected }: Reading,
  { number, start, end }: Span & { readonly number: number },
  found: readonly RowProblem[],
): void {
  problems.push(...found);
  rejected.set(number, { start, end });
}

/** Keeps a code's first line. Where an earlier line has the code, neither can be taken, for which of them is meant? */
function place(
  reading: Reading,
  { number, start, end }: CsvLine,
  { code, row }: { code: string; row: ImportRow | undefined },
): RowProblem | undefined {
  if (!AIRPORT_CODE.test(code)) return undefined;
  const first = reading.byCode.get(code);
  if (!first) {
    reading.byCode.set(code, { number, start, end, row, repeated: false });
    return undefined;
  }
  const problem = (line: number): RowProblem => {
    const message = `${code} stands on line ${first.number} and again on line ${number}. Keep one of them.`;
    return { line, column: 'code', value: code, message };
  };
  if (!first.repeated) reject(reading, first, [problem(first.number)]);
  first.repeated = true;
  first.row = undefined;
  return problem(number);
}

/** Why a line does not fit the header, or undefined when it does. Empty fields at its end do no harm. */
function widthFault(fields: readonly string[], width: number): string | undefined {
  const found = Math.max(fields.findLastIndex((field) => field.trim() !== '') + 1, Math.min(fields.length, width));
  if (found === width) return undefined;
  const advice = found > width ? ' Put quotes around a field that holds the separator, as in "work,assets".' : '';
  return `The line has ${counted(found, 'field')} and the header ${width}.${advice}`;
}

function csvOf(text: Buffer, header: string, rejected: ReadonlyMap<number, Span>): string {
  const lines = [...rejected.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, { start, end }]) => text.toString('utf8', start, end));
  return [header, ...lines].map((line) => line.replace(/\r?\n?$/, '\n')).join('');
}
