import { optionName } from '../../ops/service/input.ts';
import type { Argument, Operation } from '../../ops/service/operation.ts';

/** How commands are typed, from the project's folder. */
export const PREFIX = 'pnpm ops';

/** The line to type for this input, quoted for a shell: `pnpm ops grant LHR work --until 2026-12-31`. */
export function commandLine(operation: Operation, input: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(operation.args as Record<string, Argument>).filter(([name]) => isGiven(input[name]));
  const positional = given.filter(([, argument]) => argument.positional).map(([name]) => quoted(input[name]));
  const options = given
    .filter(([, argument]) => !argument.positional)
    .flatMap(([name, { widget }]) =>
      widget.kind === 'flag' ? `--${optionName(name)}` : [`--${optionName(name)}`, quoted(input[name])],
    );
  return [PREFIX, operation.verb, ...positional, ...options].join(' ');
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Quoted so that no shell reads anything but this text in it. */
function quoted(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return /^[\w.,:@%+/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Makes `--name value` one word where the option takes one value: a shell has taken the quotes away, so that only here
 * it is still known where the value ends. Days of several words stay as they are.
 */
export function joinOptions(operation: Operation, words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const value = words[index + 1];
    if (word === '--') continue;
    if (value === undefined || !takesOneValue(operation, word)) joined.push(word);
    else {
      joined.push(`${word}=${value}`);
      index += 1;
    }
  }
  return joined;
}

function takesOneValue(operation: Operation, word: string): boolean {
  if (!word.startsWith('--')) return false;
  const typed = word.slice(2).toLowerCase();
  return Object.entries(operation.args as Record<string, Argument>).some(
    ([name, { keyword, widget, takesWord }]) =>
      (optionName(name) === typed || keyword === typed) && widget.kind !== 'flag' && !takesWord,
  );
}
