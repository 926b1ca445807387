import type { Message, Person } from './state.ts';
import { changed, type Workspace } from './workspace.ts';

/** Whether the person may see the message: not what is private to others. */
export function isFor({ channel, ephemeralFor }: Message, person: Person): boolean {
  if (ephemeralFor) return ephemeralFor === person.id;
  return !channel.startsWith('D') || channel === `D${person.id.slice(1)}`;
}

/** The person has read the channel up to now. */
export function markRead(workspace: Workspace, person: Person, channel: string): void {
  const { readMarks, messages } = workspace.state;
  const last = [...messages.values()].findLast((message) => message.channel === channel && isFor(message, person));
  const marks = readMarks.get(person.id) ?? new Map<string, string>();
  if (!last || marks.get(channel) === last.ts) return;
  readMarks.set(person.id, marks.set(channel, last.ts));
  changed(workspace);
}

/** How many messages of others the person has not read; replies in threads do not count, as in Slack's list of channels. */
export function unreadIn(workspace: Workspace, person: Person, channel: string): number {
  const mark = workspace.state.readMarks.get(person.id)?.get(channel) ?? '';
  const all = [...workspace.state.messages.values()].filter((message) => message.channel === channel);
  return all.filter((one) => one.ts > mark && one.user !== person.id && !one.threadTs && isFor(one, person)).length;
}
