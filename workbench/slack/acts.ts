import type { Block, Element, Option, OptionGroup } from './blocks.ts';
import { answered, deliver, type Payload, refuse, showed } from './deliver.ts';
import { tell } from './events.ts';
import { type Held, stateOf, type Values } from './inputs.ts';
import { judged } from './judge.ts';
import { Refusal } from './methods/method.ts';
import { channelObject, envelope, messageObject, viewObject } from './payloads.ts';
import { answerAt } from './response-urls.ts';
import { type Channel, type Delivery, type Message, type Person, TEAM, type View } from './state.ts';
import { newResponseUrl, newTrigger } from './triggers.ts';
import { escapedCommand } from './typing.ts';
import { newTs, post, type Workspace } from './workspace.ts';

export { deleteMessage, editMessage, writeMessage } from './messages.ts';

/** Somebody at some place. */
export type At = { person: Person; channel: Channel };

/** Types a slash command. What the app acknowledges with is answered privately, as on Slack. */
export async function typeCommand(workspace: Workspace, { person, channel }: At, typed: string): Promise<Delivery> {
  const [, command = '', text = ''] = /^(\S*)\s*(.*)$/s.exec(typed.trim()) ?? [];
  const delivery = await deliver(workspace, 'command', {
    token: 'verification-tokens-are-deprecated',
    team_id: TEAM,
    team_domain: 'capacity',
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: person.id,
    user_name: person.handle,
    command,
    text: escapedCommand(workspace, text),
    api_app_id: 'A0CAPOPS',
    is_enterprise_install: 'false',
    response_url: newResponseUrl(workspace, { channel: channel.id, person: person.id }),
    trigger_id: newTrigger(workspace, person.id),
  });
  const place = { channel: channel.id, person: person.id };
  if (!delivery.error && delivery.body !== '') acknowledge(workspace, place, delivery);
  if (delivery.error) {
    const text = `${command} failed with the error “${delivery.error}”`;
    showed(workspace, delivery, text);
    post(workspace, { ...place, user: 'USLACKBOT', text, ephemeralFor: person.id });
  }
  return delivery;
}

export async function openHome(workspace: Workspace, person: Person): Promise<Delivery> {
  const view = workspace.state.homes.get(person.id);
  const channel = `D${person.id.slice(1)}`;
  const event = {
    type: 'app_home_opened',
    user: person.id,
    channel,
    tab: 'home',
    ...(view ? { view: viewObject(view) } : {}),
  };
  return tell(workspace, event);
}

/** Where an element stands: in a message, or in a view whose inputs hold the values. */
export type Place = { person: Person; message: Message } | { person: Person; view: View; values: Values };

export type Use = { block: Block; element: Element; held?: Held };

/** Clicks a button or chooses in an element that tells the app at once; an app that is late leaves a triangle there. */
export async function act(workspace: Workspace, place: Place, { block, element, held = {} }: Use): Promise<Delivery> {
  const { action_id, type, text, value, style } = element;
  const own = { ...(text ? { text } : {}), ...(value ? { value } : {}), ...(style ? { style } : {}) };
  const button = type === 'button' ? own : {};
  const action = { action_id, block_id: block.block_id, type, ...button, ...held, action_ts: newTs(workspace) };
  const payload = { ...envelope('block_actions', place.person), trigger_id: newTrigger(workspace, place.person.id) };
  const where = whereabouts(workspace, place);
  const delivery = await deliver(workspace, 'block_actions', { ...payload, ...where, actions: [action] });
  if (delivery.error) showed(workspace, delivery, `⚠ beside ${element.action_id}`);
  return delivery;
}

export type Question = { block: Block; element: Element; query: string };
export type Choices = { options: Option[]; groups?: OptionGroup[]; delivery: Delivery };

/** Asks the app for the options of a searching select. No options where it fails to answer. */
export async function askChoices(workspace: Workspace, place: Place, question: Question): Promise<Choices> {
  const { response_url: _, state: __, ...where } = whereabouts(workspace, place, false);
  const delivery = await deliver(workspace, 'block_suggestion', {
    ...envelope('block_suggestion', place.person),
    ...where,
    action_id: question.element.action_id,
    block_id: question.block.block_id,
    value: question.query,
  });
  const answer = answeredOptions(workspace, delivery);
  const groups = answer.option_groups;
  const options = [...(answer.options ?? []), ...(groups ?? []).flatMap((group) => group.options)].slice(0, 100);
  return { options, ...(groups ? { groups } : {}), delivery };
}

function answeredOptions(workspace: Workspace, delivery: Delivery) {
  const answer = answered(delivery) ?? {};
  const complaints = delivery.error ? [] : judged(workspace, 'options', answer);
  if (complaints.length > 0) refuse(workspace, delivery, 'invalid_arguments', complaints);
  return (complaints.length > 0 ? {} : answer) as { options?: Option[]; option_groups?: OptionGroup[] };
}

function whereabouts(workspace: Workspace, place: Place, withResponseUrl = true): Payload {
  if ('view' in place) {
    const values = stateOf(place.view.blocks, place.values);
    return { container: { type: 'view', view_id: place.view.id }, view: viewObject(place.view, values) };
  }
  const { message, person } = place;
  const channel = workspace.state.channels.get(message.channel) as Channel;
  const isEphemeral = message.ephemeralFor !== undefined;
  const source = { channel: channel.id, person: person.id, source: message };
  return {
    container: { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: isEphemeral },
    channel: { id: channel.id, name: String(channelObject(channel).name) },
    // A private message's content is not sent back to the app.
    ...(isEphemeral ? {} : { message: messageObject(workspace, message) }),
    state: { values: stateOf(message.blocks ?? [], {}) },
    ...(withResponseUrl ? { response_url: newResponseUrl(workspace, source) } : {}),
  };
}

function acknowledge(workspace: Workspace, place: { channel: string; person: string }, delivery: Delivery): void {
  try {
    answerAt(workspace, place, answered(delivery) ?? { text: delivery.body });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(workspace, delivery, error.message, error.complaints);
  }
}
