import { type Offer, UserError } from '../../errors.ts';
import { argumentsFor, missingArguments } from '../../ops/input.ts';
import type { Operation } from '../../ops/operation.ts';
import { readWords, splitWords } from '../../ops/words.ts';
import { sayPrivately } from './answer.ts';
import type { Asker, Desk, Wish } from './desk.ts';
import { drawWords } from './draw-report.ts';
import { isAsked, offerForm, openForm } from './form.ts';
import { run, sayWhereAsked, tell } from './run-wish.ts';

const HELP = ['help', '-h', '--help'];

/** One line as somebody typed it, without `/capops`. */
export interface Line {
  readonly text: string;
  /** What makes it one request. */
  readonly requestKey: string;
}

/** Runs a typed line, opens the form where it lacks words, or says what is wrong with it. */
export async function runLine(desk: Desk, asker: Asker, { text, requestKey }: Line): Promise<void> {
  const [word = 'help', ...words] = helpFirst(splitWords(text));
  const operation = desk.service.find(word);
  const wish = operation ? attempt(() => typedWish(operation, words)) : unknownCommand(desk, word, words);
  if (wish instanceof UserError)
    return refuse(desk, asker, { operation: operation ?? desk.service.find('help'), error: wish });
  if (lacksWords(wish)) return openForm(desk, asker, wish);
  const outcome = await run(desk, asker, { ...wish, requestKey });
  await tell(desk, asker, { wish, outcome, say: sayWhereAsked(desk, asker) });
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

/** Says what is wrong, unless the policy has something to say first. */
async function refuse(
  desk: Desk,
  asker: Asker,
  { operation, error }: { operation: Operation | undefined; error: UserError },
): Promise<void> {
  const denied = operation && (await desk.service.refusal(operation, asker.actor));
  const [title = error.message, ...items] = error.problems.map(({ message }) => message);
  const message = denied
    ? drawWords(desk, { title: denied.message })
    : drawWords(desk, { title, items, offers: error.offers });
  await sayPrivately(desk, asker, message);
}

function unknownCommand(desk: Desk, word: string, words: readonly string[]): UserError {
  const meant = desk.service.find(desk.service.suggest(word) ?? '');
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
