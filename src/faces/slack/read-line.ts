import { type Offer, UserError } from '../../errors.ts';
import { argumentsFor, missingArguments } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { OpsService } from '../../ops/service/service.ts';
import { readWords, splitWords } from '../../ops/service/words.ts';
import type { Ask } from './ask.ts';
import type { Wish } from './desk.ts';
import { isAsked, offerForm } from './form.ts';

const HELP = ['help', '-h', '--help'];

/** What one line asks for, as somebody typed it, without `/capops`: a run, the form where it lacks words, or to be told what is wrong. */
export function readLine(service: OpsService, text: string): Ask {
  const [word = 'help', ...words] = helpFirst(splitWords(text));
  const operation = service.find(word);
  const wish = operation ? attempt(() => typedWish(operation, words)) : unknownCommand(service, word, words);
  if (wish instanceof UserError) return { act: 'words', error: wish, operation: operation ?? service.find('help') };
  return lacksWords(wish) ? { act: 'form', wish } : { act: 'run', ...wish, manner: 'asked' };
}

/** `grant --help` asks for `help grant`; nothing at all asks for help. */
function helpFirst(words: readonly string[]): readonly string[] {
  const asks =
    words.length === 0 || HELP.includes(words[0]?.toLowerCase() ?? '') || HELP.slice(1).includes(words.at(-1) ?? '');
  return asks ? ['help', ...words.filter((word) => !HELP.includes(word.toLowerCase())).slice(0, 1)] : words;
}

function lacksWords({ operation, raw }: Wish): boolean {
  const missing = missingArguments(operation, raw, 'slack');
  return missing.length > 0 && missing.every((name) => isAsked(operation, name));
}

function unknownCommand(service: OpsService, word: string, words: readonly string[]): UserError {
  const meant = service.find(service.suggest(word) ?? '');
  const lists = '“/capops help” lists what you can do.';
  if (!meant)
    return new UserError(`There is no command “${word}”. ${lists}`, [{ label: 'Help', operation: 'help', input: {} }]);
  return new UserError(
    `There is no command “${word}”. Did you mean “${meant.verb}”? ${lists}`,
    meantOffers(meant, words),
  );
}

/** What was probably meant, as a button; a change is looked at in its form first. */
function meantOffers(meant: Operation, words: readonly string[]): Offer[] {
  const wish = attempt(() => typedWish(meant, words));
  if (wish instanceof UserError) return [];
  const asks = argumentsFor(meant, 'slack').some(([name]) => isAsked(meant, name));
  const label = `Yes, ${meant.verb}`;
  if (asks && (meant.effect === 'changes' || lacksWords(wish))) return [offerForm(wish, label)];
  return [{ label, operation: meant.name, input: wish.raw }];
}

/** What the words ask for. A file is given in the form: its name on somebody's machine says nothing here. */
function typedWish(operation: Operation, words: readonly string[]): Wish {
  const files = argumentsFor(operation, 'slack').filter(([, { widget }]) => widget.kind === 'file');
  const typed = Object.entries(readWords(operation, words));
  return { operation, raw: Object.fromEntries(typed.filter(([name]) => !files.some(([file]) => file === name))) };
}

function attempt(read: () => Wish): Wish | UserError {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
