import { BOT_USER } from './state.ts';
import type { Workspace } from './workspace.ts';

/** Text as Slack stores it: `&`, `<` and `>` escaped, `@omar` and `#ops` by their ids. */
export function escaped(workspace: Workspace, text: string): string {
  return withMentions(workspace, text, false);
}

/** The same for a command with `should_escape`, which names handle and channel too: `<@U0OMAR|omar>`. */
export function escapedCommand(workspace: Workspace, text: string): string {
  return withMentions(workspace, text, true);
}

function withMentions(workspace: Workspace, text: string, named: boolean): string {
  const { people, channels } = workspace.state;
  const link = (sign: string, id: string, name: string) => `<${sign}${id}${named ? `|${name}` : ''}>`;
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return safe.replace(/(?<![\w@#])([@#])([\w-]+)/g, (whole, sign: string, name: string) => {
    if (sign === '@' && name.toLowerCase() === 'capops') return link('@', BOT_USER, 'capops');
    const person = [...people.values()].find((one) => one.handle === name.toLowerCase());
    if (sign === '@' && person) return link('@', person.id, person.handle);
    const channel = [...channels.values()].find((one) => one.person === undefined && one.name === name);
    return sign === '#' && channel ? link('#', channel.id, channel.name) : whole;
  });
}
