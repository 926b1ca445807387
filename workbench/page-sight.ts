import type { PageChannel, PageMessage, PageView, Sight } from './page-data.ts';
import { isFor, unreadIn } from './slack/read-marks.ts';
import type { Channel, Message, Person, View } from './slack/state.ts';
import type { Workspace } from './slack/workspace.ts';

/** What a page knows already: the version it saw last, and the messages it holds. */
export type Known = { version: number; messages: Set<string> };

/** What the person sees beyond what the page knows, which is brought up to date. */
export function sightFor(workspace: Workspace, person: Person, known: Known): Omit<Sight, 'commands'> {
  const { state } = workspace;
  const visible = [...state.messages.values()].filter((message) => isFor(message, person));
  const changed = visible.filter((message) => message.version > known.version);
  const present = new Set(visible.map((message) => message.ts));
  const gone = [...known.messages].filter((ts) => !present.has(ts));
  const first = known.version < 0;
  known.version = state.version;
  known.messages = present;
  const home = state.homes.get(person.id);
  return {
    first,
    people: [...state.people.values()].map(({ id, handle, name, role }) => ({ id, handle, name, role })),
    channels: [...state.channels.values()]
      .filter((channel) => channel.person === undefined || channel.person === person.id)
      .map((channel) => pageChannel(workspace, person, channel)),
    messages: changed.map(pageMessage),
    gone,
    modals: (state.modals.get(person.id) ?? []).map(pageView),
    home: home ? pageView(home) : null,
  };
}

function pageChannel(workspace: Workspace, person: Person, { id, name, person: owner }: Channel): PageChannel {
  return { id, name, direct: owner !== undefined, unread: unreadIn(workspace, person, id) };
}

function pageMessage(message: Message): PageMessage {
  const { ts, channel, user, text, blocks = [], edited = false } = message;
  const files = (message.files ?? []).map(({ id, name, content }) => ({ id, name, size: content.length }));
  return {
    ts,
    channel,
    user,
    text,
    blocks,
    files,
    ephemeral: !!message.ephemeralFor,
    threadTs: message.threadTs ?? null,
    edited,
  };
}

function pageView(view: View): PageView {
  const { id, hash, title, submit = null, close = null, blocks } = view;
  return { id, hash, title, submit, close, blocks };
}
