import { UserError } from '../../errors.ts';
import { inSentence, optionName, unknownOption } from './input.ts';
import type { Argument, Operation } from './operation.ts';

/** Splits typed text into words. Quotes, straight or curly, keep words together; dashes that phones make become `--` again. */
export function splitWords(text: string): string[] {
  const plain = text.replaceAll(/[“”„«»]/g, '"').replaceAll(/[\u00a0\u202f]/g, ' ');
  const words: string[] = [];
  const pattern = /((?:[^\s"‘']*[=])?)(?:"([^"]*)"|[‘']([^‘’']*)[’'](?=\s|$))|(\S+)/g;
  for (const [, name = '', double, single, bare] of plain.matchAll(pattern)) {
    words.push(bare === undefined ? name + (double ?? single ?? '') : bare);
  }
  return words.map((word) =>
    word.replace(/^[–—]+(?=[A-Za-z])/, '--').replace(/^(\d+)[–—‑](\d+)[–—‑](\d+)$/, '$1-$2-$3'),
  );
}

/**
 * Reads words as an operation's raw input: bare words fill the positional arguments in order, and `name value`,
 * `--name value` and `name=value` stand anywhere. Throws UserError for an option it does not have and for words left over.
 */
export function readWords(operation: Operation, words: readonly string[]): Record<string, unknown> {
  const args = operation.args as Record<string, Argument>;
  const raw: Record<string, unknown> = {};
  const left = [...words];
  while (left.length > 0) {
    const option = takeOption(operation, left, raw);
    if (option) give(raw, option.name, option.value);
    else placeBareWord(operation, args, { raw, word: left.shift() ?? '' });
  }
  return raw;
}

interface Given {
  readonly name: string;
  readonly value: unknown;
}

/** Takes an option off the front of the words; undefined when a bare word stands there. */
function takeOption(operation: Operation, left: string[], raw: object): Given | undefined {
  const [first = '', second] = left;
  const dashed = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(first);
  const equals = /^([A-Za-z][\w-]*)=(.*)$/s.exec(first);
  const [, typed = first, joined] = dashed ?? equals ?? [];
  const found = argumentByWord(operation, typed);
  if (!found) {
    if (dashed) throw new UserError(unknownOption(operation, typed));
    return undefined;
  }
  const [name, argument] = found;
  const bare = !dashed && !equals;
  if (bare && !introduces(argument, { first, second, taken: name in raw })) return undefined;
  left.shift();
  if (joined !== undefined) return { name, value: joined };
  if (argument.widget.kind === 'flag') return { name, value: true };
  return { name, value: takeValue(argument, left, name) };
}

/** A bare word is an option's name when something follows it, and it is not written like a code (`ORG` is an airport). */
function introduces(
  argument: Argument,
  { first, second, taken }: { first: string; second: string | undefined; taken: boolean },
): boolean {
  if (argument.onlyDashed) return false;
  if (argument.widget.kind === 'flag') return true;
  if (argument.positional) return second !== undefined && first === first.toLowerCase() && !taken;
  return true;
}

function takeValue(argument: Argument, left: string[], name: string): string {
  const takesWord = argument.takesWord;
  const value: string[] = [];
  if (isFreeText(argument)) value.push(...left.splice(0));
  else if (takesWord && !argument.positional)
    while (left[0] !== undefined && takesWord(left[0])) value.push(left.shift() ?? '');
  if (value.length === 0 && left.length > 0) value.push(left.shift() ?? '');
  if (value.length === 0)
    throw new UserError({
      argument: name,
      message: `No ${inSentence(argument)} after “${argument.keyword ?? name}”: ${argument.summary}.`,
    });
  return value.join(' ');
}

/** A sentence: what follows its keyword belongs to it, to the end of the line. */
function isFreeText(argument: Argument): boolean {
  return argument.keyword !== undefined && argument.widget.kind === 'text';
}

function placeBareWord(
  operation: Operation,
  args: Record<string, Argument>,
  { raw, word }: { raw: Record<string, unknown>; word: string },
): void {
  const places = Object.entries(args).filter(([, argument]) => argument.positional);
  const open = places.find(([name, argument]) => !(name in raw) || argument.takesWord !== undefined);
  if (!open) throw new UserError(`“${word}” is one word too many. Type it like this: ${operation.example}`);
  const [name] = open;
  raw[name] = name in raw ? `${String(raw[name])} ${word}` : word;
}

function give(raw: Record<string, unknown>, name: string, value: unknown): void {
  if (name in raw) throw new UserError({ argument: name, message: `“${name}” was given twice.` });
  raw[name] = value;
}

function argumentByWord(operation: Operation, word: string): [string, Argument] | undefined {
  const typed = word.toLowerCase();
  return Object.entries(operation.args as Record<string, Argument>).find(
    ([name, { keyword }]) => optionName(name) === typed || keyword === typed,
  );
}

/** Writes input as words that `readWords` reads back: `grant LHR work --until 2026-12-31`. */
export function writeWords(operation: Operation, input: Readonly<Record<string, unknown>>): string {
  const args = operation.args as Record<string, Argument>;
  const given = Object.entries(args).filter(
    ([name]) => input[name] !== undefined && input[name] !== false && input[name] !== '',
  );
  const positional = given.filter(([, argument]) => argument.positional).map(([name]) => quoted(input[name]));
  const options = given
    .filter(([, argument]) => !argument.positional)
    .map(([name, { widget }]) =>
      widget.kind === 'flag' ? `--${optionName(name)}` : `--${optionName(name)} ${quoted(input[name])}`,
    );
  return [operation.verb, ...positional, ...options].join(' ');
}

function quoted(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return /[\s"']/.test(text) ? `"${text.replaceAll('"', '')}"` : text;
}
