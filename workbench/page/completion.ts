import type { PageCommand, PagePerson } from '../page-data.ts';

/** One way to go on: what the composer holds once it is chosen, how it is shown, and what it means. */
export type Suggestion = { text: string; label: string; note: string };

/** `hint` is how the command that is being typed goes on. */
export type Completion = { suggestions: Suggestion[]; hint: string | undefined };

const APP = { handle: 'capops', name: 'CapOps' };

/** What can be made of the typed text: commands, what the manifest's usage hint names after them, and people after an @. */
export function complete(
  typed: string,
  commands: PageCommand[],
  people: Pick<PagePerson, 'handle' | 'name'>[],
): Completion {
  const [, word, rest] = /^(\/\S*)(?:\s+(.*))?$/.exec(typed) ?? [];
  if (word !== undefined && rest === undefined && !typed.includes(' '))
    return { suggestions: ofCommands(word, commands), hint: undefined };
  const command = commands.find((one) => one.command === word);
  if (command) return ofUsages(command, rest ?? '');
  const [, before = '', start = ''] = /^((?:.*\s)?)@(\w*)$/s.exec(typed) ?? [];
  if (!typed.endsWith(`@${start}`)) return { suggestions: [], hint: undefined };
  return { suggestions: ofPeople(before, start, [APP, ...people]), hint: undefined };
}

function ofCommands(word: string, commands: PageCommand[]): Suggestion[] {
  const matching = commands.filter(({ command }) => command.startsWith(word));
  return matching.map(({ command, description }) => ({ text: `${command} `, label: command, note: description }));
}

/** The verbs that begin with what was typed; once one is there, how it goes on. */
function ofUsages({ command, hint }: PageCommand, rest: string): Completion {
  const usages = hint
    .split('|')
    .map((usage) => usage.trim())
    .filter(Boolean);
  const [verb = ''] = rest.split(/\s/);
  if (rest !== verb) return { suggestions: [], hint: usages.find((usage) => usage.split(' ')[0] === verb) };
  const matching = usages.filter((usage) => usage.startsWith(rest.toLowerCase()) && usage !== rest);
  const suggestions = matching.map((usage) => {
    const [first = '', ...more] = usage.split(' ');
    return {
      text: `${command} ${first}${more.length > 0 ? ' ' : ''}`,
      label: `${command} ${first}`,
      note: more.length > 0 ? `for example ${command} ${usage}` : '',
    };
  });
  return { suggestions, hint: undefined };
}

function ofPeople(before: string, start: string, people: Pick<PagePerson, 'handle' | 'name'>[]): Suggestion[] {
  const begins = (word: string) => word.toLowerCase().startsWith(start.toLowerCase());
  const matching = people.filter(({ handle, name }) => begins(handle) || name.split(' ').some(begins));
  return matching.map(({ handle, name }) => ({ text: `${before}@${handle} `, label: `@${handle}`, note: name }));
}
