import { airportCodeFault } from './airport-code.ts';
import { clipped } from './clipped.ts';
import { IMPORT_COLUMNS, type ImportColumn } from './import-header.ts';
import { listWords, MODULE_KEYS, type ModuleKey, readModuleKeys } from './module-keys.ts';
import { nearest } from './nearest.ts';

/** A good line of an import file. */
export interface ImportRow {
  /** The line of the file on which it begins; the first is 1. */
  readonly line: number;
  readonly code: string;
  readonly name: string;
  readonly modules: readonly ModuleKey[];
}

/** One thing that is wrong with a line. */
export interface RowProblem {
  readonly line: number;
  /** Undefined where it is the line as a whole. */
  readonly column: ImportColumn | undefined;
  /** What was found, shortened where it is long. */
  readonly value: string;
  /** What is wrong and what is allowed, in full sentences. */
  readonly message: string;
}

const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 200;

/** Control characters, and those that make text run or read otherwise than it stands. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to refuse
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const UNSHOWABLE_ANYWHERE = new RegExp(UNSHOWABLE, 'g');

/** Checks a line's three fields. Gives the row, or every problem that it has. */
export function readRow(
  line: number,
  fields: Readonly<Record<ImportColumn, string>>,
  readModules: ModuleReader,
): ImportRow | RowProblem[] {
  const name = fields.name.trim();
  const code = fields.code.trim();
  const { keys, unknown } = readModules(fields.modules);
  const faults = {
    name: nameFault(name),
    code: codeFault(code),
    modules: unknown.length > 0 ? moduleFault(unknown) : undefined,
  };
  if (!faults.name && !faults.code && !faults.modules) return { line, code: code.toUpperCase(), name, modules: keys };
  return IMPORT_COLUMNS.flatMap((column) => {
    const message = faults[column];
    return message ? [{ line, column, value: quotable(fields[column]), message }] : [];
  });
}

export type ModuleReader = typeof readModuleKeys;

/** Different lists of modules that are worth remembering; a file has few. */
const REMEMBERED_LISTS = 500;

/** Reads lists of modules; equal texts are read once, for a file repeats them on almost every line. */
export function moduleReader(): ModuleReader {
  const known = new Map<string, ReturnType<ModuleReader>>();
  return (text) => {
    const found = known.get(text) ?? readModuleKeys(text);
    if (known.size < REMEMBERED_LISTS) known.set(text, found);
    return found;
  };
}

/** Text as a problem quotes it: not too long, and with every character that cannot be shown written out. */
export function quotable(text: string): string {
  const visible = text
    .slice(0, 2 * MAX_VALUE_LENGTH)
    .replaceAll(UNSHOWABLE_ANYWHERE, (character) => `[${pointOf(character)}]`);
  return clipped(visible, MAX_VALUE_LENGTH);
}

/** `U+202E` */
function pointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function nameFault(name: string): string | undefined {
  if (name === '') return `The name is empty; 1 to ${MAX_NAME_LENGTH} characters are allowed.`;
  const unshowable = UNSHOWABLE.exec(name)?.[0];
  if (unshowable === '\n' || unshowable === '\r')
    return 'The name runs over several lines: write it on one, and close its quotes there.';
  if (unshowable) return `The name holds a character that cannot be shown (${pointOf(unshowable)}): take it out.`;
  if (name.length <= MAX_NAME_LENGTH || [...name].length <= MAX_NAME_LENGTH) return undefined;
  return `The name has ${[...name].length} characters; 1 to ${MAX_NAME_LENGTH} are allowed.`;
}

/** Only the 26 letters count: there are others whose capitals are among them. */
function codeFault(code: string): string | undefined {
  return /^[A-Za-z]{3}$/.test(code) ? undefined : airportCodeFault(quotable(code));
}

function moduleFault(unknown: readonly string[]): string {
  const named = listWords(unknown.slice(0, 5).map((word) => `“${quotable(word)}”`));
  const meant = unknown.length === 1 ? nearest(unknown[0]?.slice(0, 20) ?? '', [...MODULE_KEYS, 'all']) : undefined;
  return `There is no module ${named}. ${meant ? `Did you mean ${meant}? ` : ''}The modules are ${listWords(MODULE_KEYS)}, or “all”.`;
}
