import type { Block } from '../blocks.ts';
import type { Payload } from '../deliver.ts';
import { judged } from '../judge.ts';
import { amendAsApp, postAsApp, takeAway } from '../messages.ts';
import { named } from '../naming.ts';
import { messageObject } from '../payloads.ts';
import { BOT_USER, type Channel, directChannel, type Message } from '../state.ts';
import { threadFor } from '../threads.ts';
import type { Workspace } from '../workspace.ts';
import { type Method, Refusal, wanted } from './method.ts';

const TEXT_MAX = 40_000;

const postMessage: Method = (workspace, args) => {
  const channel = channelOf(workspace, args);
  const message = postAsApp(workspace, {
    channel: channel.id,
    ...contentOf(workspace, args),
    ...threadOf(workspace, args),
  });
  return { channel: channel.id, ts: message.ts, message: messageObject(workspace, message) };
};

const postEphemeral: Method = (workspace, args) => {
  const channel = channelOf(workspace, args);
  const person = wanted(args, 'user');
  const reaches = channel.person === undefined || channel.person === person;
  if (!workspace.state.people.has(person) || !reaches) throw new Refusal('user_not_in_channel');
  const content = { ...contentOf(workspace, args), ...threadOf(workspace, args) };
  return { message_ts: postAsApp(workspace, { channel: channel.id, ephemeralFor: person, ...content }).ts };
};

const update: Method = (workspace, args) => {
  const message = ownMessage(workspace, args, 'cant_update_message');
  const content = contentOf(workspace, args);
  amendAsApp(workspace, message, { text: content.text, blocks: content.blocks } as Partial<Message>);
  return { channel: message.channel, ts: message.ts, text: message.text, message: messageObject(workspace, message) };
};

const delete_: Method = (workspace, args) => {
  const message = ownMessage(workspace, args, 'cant_delete_message');
  takeAway(workspace, message);
  return { channel: message.channel, ts: message.ts };
};

const getPermalink: Method = (workspace, args) => {
  const ts = wanted(args, 'message_ts');
  if (!workspace.state.messages.has(ts)) throw new Refusal('message_not_found');
  const channel = wanted(args, 'channel');
  return { channel, permalink: `${workspace.url}/#${channel}/p${ts.replace('.', '')}` };
};

export const chat: Record<string, Method> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': delete_,
  'chat.getPermalink': getPermalink,
};

/** Text and blocks within Slack's limits; shared with the response URLs. */
export function contentOf(workspace: Workspace, args: Payload): { text: string; blocks?: Block[] } {
  const text = typeof args.text === 'string' ? args.text : '';
  const { blocks } = args;
  const complaints = judged(workspace, 'message', blocks ?? []);
  if (complaints.length > 0) throw new Refusal('invalid_blocks', complaints);
  const list = Array.isArray(blocks) && blocks.length > 0 ? named(blocks as Block[]) : undefined;
  if (text === '' && !list) throw new Refusal('no_text');
  if (text.length > TEXT_MAX) throw new Refusal('msg_too_long');
  return { text, ...(list ? { blocks: list } : {}) };
}

/** A channel by its id; a person's id means their direct messages. */
function channelOf(workspace: Workspace, args: Payload): Channel {
  const id = wanted(args, 'channel');
  const channel = workspace.state.channels.get(id.startsWith('U') ? directChannel(id) : id);
  if (!channel) throw new Refusal('channel_not_found');
  return channel;
}

function ownMessage(workspace: Workspace, args: Payload, notOwn: string): Message {
  const channel = channelOf(workspace, args);
  const message = workspace.state.messages.get(wanted(args, 'ts'));
  // Slack itself cannot find a private message again: those change through response URLs only.
  if (!message || message.channel !== channel.id || message.ephemeralFor) throw new Refusal('message_not_found');
  if (message.user !== BOT_USER) throw new Refusal(notOwn);
  return message;
}

/** The thread that `thread_ts` names. */
export function threadOf(workspace: Workspace, args: Payload): { threadTs?: string } {
  return typeof args.thread_ts === 'string' ? { threadTs: threadFor(workspace, args.thread_ts) } : {};
}
