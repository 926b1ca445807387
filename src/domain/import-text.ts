import { isUtf8 } from 'node:buffer';
import { UserError } from '../errors.ts';

const ADVICE = 'Save it as CSV with the encoding UTF-8 (in Excel: “CSV UTF-8 (comma delimited)”) and import that file.';

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** What files that are no text begin with. */
const SIGNATURES: readonly (readonly [bytes: readonly number[] | string, kind: string])[] = [
  ['PK\x03\x04', 'an Excel workbook (.xlsx) or another zip archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook (.xls)'],
  ['%PDF', 'a PDF'],
  ['{\\rtf', 'a text-processing document (RTF)'],
  [[0x1f, 0x8b], 'a compressed file (gzip)'],
  [[0x89, 0x50, 0x4e, 0x47], 'a picture (PNG)'],
  [[0xff, 0xd8, 0xff], 'a picture (JPEG)'],
];

/**
 * The file's text as UTF-8 without a byte order mark. Takes UTF-8 with or without the mark, and UTF-16 with it.
 * Throws UserError for anything else: what it looks like, and how to save it.
 */
export function decodeImport(bytes: Buffer): Buffer {
  const kind = SIGNATURES.find(([signature]) => beginsWith(bytes, Buffer.from(signature as string)))?.[1];
  if (kind) throw refusal(`The file is no CSV: it looks like ${kind}.`);
  const text = utf16(bytes) ?? utf8(bytes);
  if (text.includes(0)) throw refusal('The file is no CSV: it looks like a program’s own format, not like text.');
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text.toString('utf8', 0, 200))) {
    throw refusal('The file is no CSV: it looks like a web page or XML.');
  }
  return text;
}

/** Undefined when the file does not begin with UTF-16's byte order mark. */
function utf16(bytes: Buffer): Buffer | undefined {
  const encoding = beginsWith(bytes, [0xff, 0xfe])
    ? 'utf-16le'
    : beginsWith(bytes, [0xfe, 0xff])
      ? 'utf-16be'
      : undefined;
  if (!encoding) return undefined;
  try {
    return Buffer.from(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch {
    throw refusal('The file begins like UTF-16 text and then breaks off or goes wrong.');
  }
}

function utf8(bytes: Buffer): Buffer {
  const text = beginsWith(bytes, UTF8_BOM) ? bytes.subarray(UTF8_BOM.length) : bytes;
  if (isUtf8(text)) return text;
  if (text.includes(0)) throw refusal('The file is no CSV: it looks like a program’s own format, not like text.');
  throw refusal(
    `The file is not in UTF-8: line ${firstForeignLine(text)} holds characters in another encoding, such as Latin-1 or Windows-1252.`,
  );
}

function firstForeignLine(text: Buffer): number {
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const end = text.indexOf(0x0a, start);
    const stop = end === -1 ? text.length : end + 1;
    if (!isUtf8(text.subarray(start, stop))) return line;
    start = stop;
  }
  return line;
}

function beginsWith(bytes: Buffer, signature: Buffer | readonly number[]): boolean {
  const wanted = Buffer.from(signature as Buffer);
  return bytes.subarray(0, wanted.length).equals(wanted);
}

function refusal(found: string): UserError {
  return new UserError({ argument: 'file', message: `${found} ${ADVICE} Nothing was imported.` });
}
