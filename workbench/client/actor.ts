import { act, askChoices, openHome, type Place, typeCommand } from '../slack/acts.ts';
import { actsAtOnce, type Option, optionsOf } from '../slack/blocks.ts';
import type { Values } from '../slack/inputs.ts';
import { deleteMessage, editMessage, writeMessage } from '../slack/messages.ts';
import { markRead } from '../slack/read-marks.ts';
import type { Channel, Delivery, Message, Person, View } from '../slack/state.ts';
import { dismissView, type Submission, submitView } from '../slack/submissions.ts';
import type { Workspace } from '../slack/workspace.ts';
import { findInput, findUse } from './find-element.ts';
import { type Dropped, type Given, heldBy, keep } from './given.ts';
import { reading, type SeenMessage, type SeenView } from './reading.ts';

/**
 * A person who uses the local Slack. A channel is an id: C0OPS, C0RANDOM, or the person's own `direct`. A delivery comes
 * back once the app has acknowledged it, or 3 s are over; what the app does afterwards is awaited with `next…`, `await…`.
 */
export function actAs(workspace: Workspace, person: Person) {
  const form = formOf(workspace, person);
  const at = (channel: string) => ({ person, channel: channelOf(workspace, channel) });
  return {
    id: person.id,
    direct: `D${person.id.slice(1)}`,
    ...reading(workspace, person),

    /** Types a slash command, such as `/capops grant LHR work`. */
    command: (channel: string, typed: string): Promise<Delivery> => typeCommand(workspace, at(channel), typed),

    /** Writes a message, with files; the delivery is undefined where the app does not hear of it. */
    async message(channel: string, text: string, files: Dropped[] = []): Promise<Delivery | undefined> {
      const stored = files.map((file) => keep(workspace, person.id, file));
      return (await writeMessage(workspace, at(channel), { text, files: stored })).delivery;
    },

    /** Answers in the thread under a message. */
    async reply(seen: SeenMessage, text: string): Promise<Delivery | undefined> {
      return (await writeMessage(workspace, at(seen.channel), { text, threadTs: seen.ts })).delivery;
    },

    /** Changes one's own message where it stands. */
    edit: async (seen: SeenMessage, text: string): Promise<Delivery | undefined> =>
      (await editMessage(workspace, ownMessage(workspace, person, seen), text)).delivery,

    /** Deletes one's own message. */
    takeBack: async (seen: SeenMessage): Promise<Delivery | undefined> =>
      (await deleteMessage(workspace, ownMessage(workspace, person, seen))).delivery,

    /** Has read the channel up to now. */
    read: (channel: string): void => markRead(workspace, person, channel),

    /**
     * Clicks a button, or an overflow menu's option, by action id or label, in a message or view as it was seen, even if it
     * has changed since (as with somebody who clicks late). Confirm dialogs are agreed to.
     */
    click(seen: SeenMessage | SeenView, name: string): Promise<Delivery> {
      return act(workspace, placeOf(workspace, person, seen, form.values()), findUse(seen.blocks, name));
    },

    /** Chooses in a message's select or date picker. */
    async choose(seen: SeenMessage, name: string, given: Given): Promise<Delivery> {
      const use = findInput(seen.blocks, name);
      const place = placeOf(workspace, person, seen, {});
      return act(workspace, place, { ...use, held: await heldBy(workspace, place, use, given) });
    },

    /** Opens the app's home tab. */
    openHome: (): Promise<Delivery> => openHome(workspace, person),

    /** Closes the modal on top, or with `all` the whole stack; one delivery for each that asked to be told. */
    dismiss: (all = false): Promise<Delivery[]> => dismissView(workspace, person, all),

    ...form.face,
    /** From now on deactivated: what was under way still comes in from them, as it would. */
    deactivate: () => Object.assign(person, { deactivated: true }),
    reactivate: () => Object.assign(person, { deactivated: false }),
  };
}

export type Actor = ReturnType<typeof actAs>;

/** What a person has typed into the open modal. Values stay when the app updates the view, and go with the view. */
function formOf(workspace: Workspace, person: Person) {
  let viewId = '';
  let filled: Values = {};
  const open = (): View => {
    const view = workspace.state.modals.get(person.id)?.at(-1);
    if (!view) throw new Error(`${person.name} has no form open.`);
    if (view.id !== viewId) filled = {};
    viewId = view.id;
    return view;
  };
  const place = (): Place => ({ person, view: open(), values: filled });

  /** Fills in by block id (or action id). Inputs that tell the app at once do: those deliveries come back. */
  const fill = async (values: Record<string, Given>): Promise<Delivery[]> => {
    const deliveries: Delivery[] = [];
    for (const [name, given] of Object.entries(values)) {
      const use = findInput(open().blocks, name);
      const held = await heldBy(workspace, place(), use, given);
      const { block_id } = use.block;
      filled = { ...filled, [block_id]: { ...filled[block_id], [use.element.action_id]: held } };
      if (actsAtOnce(use.block)) deliveries.push(await act(workspace, place(), { ...use, held }));
    }
    return deliveries;
  };
  /** Fills in what is given, and submits. */
  const submit = async (values: Record<string, Given> = {}): Promise<Submission> => {
    await fill(values);
    return submitView(workspace, { person, view: open(), values: filled });
  };
  /** The options that an input of the open modal offers for what was typed. */
  const choices = async (name: string, query = ''): Promise<Option[]> => {
    const use = findInput(open().blocks, name);
    if (use.element.type.endsWith('external_select'))
      return (await askChoices(workspace, place(), { ...use, query })).options;
    return optionsOf(use.element).filter(({ text }) => text.text.toLowerCase().includes(query.toLowerCase()));
  };
  return { values: () => filled, face: { fill, submit, choices } };
}

function channelOf(workspace: Workspace, id: string): Channel {
  const channel = workspace.state.channels.get(id);
  if (!channel) throw new Error(`The local Slack has no channel ${id}.`);
  return channel;
}

function ownMessage(workspace: Workspace, person: Person, { ts }: SeenMessage): Message {
  const message = workspace.state.messages.get(ts);
  if (message?.user !== person.id) throw new Error(`${person.name} has written no message ${ts}.`);
  return message;
}

function placeOf(workspace: Workspace, person: Person, seen: SeenMessage | SeenView, values: Values): Place {
  if ('hash' in seen) return { person, view: seen, values };
  const { ts, channel, user, text, blocks } = seen;
  const current = workspace.state.messages.get(ts);
  const message = { version: 0, ...current, ts, channel, user, text, blocks };
  return { person, message: seen.ephemeral ? { ...message, ephemeralFor: person.id } : message };
}
