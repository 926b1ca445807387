import { readable } from '../slack/block-text.ts';
import type { Block } from '../slack/blocks.ts';
import type { Message, Person, View } from '../slack/state.ts';
import type { Workspace } from '../slack/workspace.ts';
import { type Patience, until } from './until.ts';

/** A message as its reader has it; `plain` is all that can be read in it, one text a line. */
export type SeenMessage = {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: Block[];
  files: { id: string; name: string; content: string }[];
  ephemeral: boolean;
  threadTs: string | undefined;
  edited: boolean;
  plain: string;
};

/** A modal or home tab as its reader has it. It is a copy: what the app changes later is not in it. */
export type SeenView = View & { plain: string };

/** What `await…` looks for: words that `plain` contains, an expression, or a question. */
export type Wanted<T> = string | RegExp | ((seen: T) => boolean);

/** The reading half of an actor. */
export function reading(workspace: Workspace, person: Person) {
  const { state } = workspace;
  const isUnread = unread(state.messages.keys());
  let lastView = versionOf(topView(workspace, person));

  /** What the person sees in the channel, oldest first: not what is private to others. */
  const sees = (channel: string): SeenMessage[] => {
    const all = [...state.messages.values()].filter((message) => message.channel === channel);
    return all.filter(({ ephemeralFor }) => !ephemeralFor || ephemeralFor === person.id).map(seenMessage);
  };
  /** The open modal on top. */
  const view = (): SeenView | undefined => seenView(topView(workspace, person));
  const home = (): SeenView | undefined => seenView(state.homes.get(person.id));

  /**
   * The oldest message of others, posted since this actor was made, that `nextMessage` has not returned yet; waits for
   * it where there is none. Messages changed in place do not count: for those there is `awaitMessage`.
   */
  const nextMessage = (channel: string, patience?: Patience): Promise<SeenMessage> =>
    until(workspace, () => sees(channel).find((one) => one.user !== person.id && isUnread(one.ts)), patience).then(
      (one) => {
        isUnread.read(one.ts);
        return one;
      },
    );
  /** The newest message that matches, as it stands by then; an old one counts. */
  const awaitMessage = (channel: string, wanted: Wanted<SeenMessage>, patience?: Patience): Promise<SeenMessage> =>
    until(workspace, () => sees(channel).findLast((one) => one.user !== person.id && matches(one, wanted)), patience);
  /** The open modal once it is another, or another version, than the last that `nextView` returned. */
  const nextView = async (patience?: Patience): Promise<SeenView> => {
    const isNew = () => versionOf(topView(workspace, person)) !== lastView && view();
    const next = await until(workspace, isNew, patience);
    lastView = versionOf(next);
    return next;
  };
  /** The open modal once it matches. */
  const awaitView = (wanted: Wanted<SeenView>, patience?: Patience): Promise<SeenView> =>
    until(workspace, () => [view()].find((one) => one && matches(one, wanted)), patience);

  return { sees, view, home, nextMessage, awaitMessage, nextView, awaitView };
}

export function topView(workspace: Workspace, person: Person): View | undefined {
  return workspace.state.modals.get(person.id)?.at(-1);
}

function unread(old: Iterable<string>) {
  const known = new Set(old);
  return Object.assign((ts: string) => !known.has(ts), { read: (ts: string) => known.add(ts) });
}

function versionOf(view: View | undefined): string {
  return view ? `${view.id} ${view.hash}` : '';
}

function matches<T extends { plain: string }>(seen: T, wanted: Wanted<T>): boolean {
  if (typeof wanted === 'function') return wanted(seen);
  return typeof wanted === 'string' ? seen.plain.includes(wanted) : wanted.test(seen.plain);
}

function seenMessage(message: Message): SeenMessage {
  const { ts, channel, user, text, threadTs, edited = false } = message;
  const blocks = structuredClone(message.blocks ?? []);
  const files = (message.files ?? []).map(({ id, name, content }) => ({ id, name, content: content.toString('utf8') }));
  const plain = [text, readable(blocks)].filter(Boolean).join('\n');
  return {
    ts,
    channel,
    user,
    text,
    blocks,
    files,
    ephemeral: message.ephemeralFor !== undefined,
    threadTs,
    edited,
    plain,
  };
}

function seenView(view: View | undefined): SeenView | undefined {
  if (!view) return undefined;
  return { ...structuredClone(view), plain: [view.title, readable(view.blocks)].join('\n') };
}
