import type { At } from './acts.ts';
import { tell } from './events.ts';
import { messageObject } from './payloads.ts';
import { BOT_USER, type Delivery, type Message, type StoredFile } from './state.ts';
import { threadFor } from './threads.ts';
import { escaped } from './typing.ts';
import { amend, type NewMessage, post, remove, type Workspace } from './workspace.ts';

/** A message as it stands or stood, and what became of telling the app, where it hears of it. */
export type Written = { message: Message; delivery?: Delivery };

/** Writes a message; the app hears of it in direct messages, and elsewhere when it is mentioned. */
export async function writeMessage(
  workspace: Workspace,
  { person, channel }: At,
  written: { text: string; files?: StoredFile[]; threadTs?: string },
): Promise<Written> {
  const { files = [], threadTs } = written;
  const message = post(workspace, {
    channel: channel.id,
    user: person.id,
    text: escaped(workspace, written.text),
    ...(files.length > 0 ? { files } : {}),
    ...(threadTs ? { threadTs: threadFor(workspace, threadTs) } : {}),
  });
  if (isDirect(message)) return { message, delivery: await tellPosted(workspace, message) };
  if (!message.text.includes(`<@${BOT_USER}>`)) return { message };
  return { message, delivery: await tellPosted(workspace, message, { type: 'app_mention' }) };
}

/** Changes one's own message where it stands. */
export async function editMessage(workspace: Workspace, message: Message, text: string): Promise<Written> {
  return change(workspace, message, { text: escaped(workspace, text) });
}

/** Takes one's own message away. */
export async function deleteMessage(workspace: Workspace, message: Message): Promise<Written> {
  const delivery = takeAway(workspace, message);
  return delivery ? { message, delivery: await delivery } : { message };
}

/** Posts as the app, which hears of its own direct messages, as on Slack. */
export function postAsApp(workspace: Workspace, parts: Omit<NewMessage, 'user'>): Message {
  const message = post(workspace, { ...parts, user: BOT_USER });
  if (isDirect(message)) void tellPosted(workspace, message);
  return message;
}

/** Changes the app's message, which the app hears of in direct messages. */
export function amendAsApp(workspace: Workspace, message: Message, parts: Partial<NewMessage>): void {
  void change(workspace, message, parts);
}

/** Takes a message away. The delivery is that of telling the app, in direct messages. */
export function takeAway(workspace: Workspace, message: Message): Promise<Delivery> | undefined {
  const previous = messageObject(workspace, message);
  remove(workspace, message);
  if (!isDirect(message)) return undefined;
  const event = { subtype: 'message_deleted', hidden: true, deleted_ts: message.ts, previous_message: previous };
  return tell(workspace, { type: 'message', ...event, channel: message.channel, channel_type: 'im' });
}

async function change(workspace: Workspace, message: Message, parts: Partial<NewMessage>): Promise<Written> {
  const previous = messageObject(workspace, message);
  amend(workspace, message, parts);
  if (!isDirect(message)) return { message };
  const now = messageObject(workspace, message);
  const event = { subtype: 'message_changed', hidden: true, message: now, previous_message: previous };
  const where = { channel: message.channel, channel_type: 'im' };
  return { message, delivery: await tell(workspace, { type: 'message', ...event, ...where }) };
}

function tellPosted(workspace: Workspace, message: Message, more: object = {}): Promise<Delivery> {
  const shared = message.files ? { subtype: 'file_share', upload: false } : {};
  const where = {
    channel: message.channel,
    ...(isDirect(message) ? { channel_type: 'im' } : {}),
    event_ts: message.ts,
  };
  return tell(workspace, { ...messageObject(workspace, message), ...where, ...shared, ...more });
}

/** In direct messages, and not private: those the app alone put there, and it does not hear of them. */
function isDirect({ channel, ephemeralFor }: Message): boolean {
  return channel.startsWith('D') && ephemeralFor === undefined;
}
