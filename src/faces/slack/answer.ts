import { type Asker, type Desk, isDirect, type Message, type Origin } from './desk.ts';

// Links in a message are never fetched by Slack for a preview.
const QUIET = { unfurl_links: false, unfurl_media: false } as const;

/** A message that can be changed later. */
export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/**
 * Answers one person only: where they asked, or else in their direct messages. Private messages have no threads: there the
 * rest follows as further ones. Rejects when no way is left.
 */
export async function sayPrivately(desk: Desk, origin: Origin, message: Message): Promise<void> {
  const { thread = [] } = message;
  const isInDirectMessages = isDirect(origin.channelId) || !(origin.channelId || origin.responseUrl);
  if (thread.length > 0 && isInDirectMessages) {
    await sayDirectly(desk, origin.userId, message);
    return;
  }
  await sayAlone(desk, origin, message);
  // A response URL takes no more than five messages.
  for (const reply of thread) await sayAlone(desk, { ...origin, responseUrl: undefined }, reply);
}

async function sayAlone(desk: Desk, origin: Origin, message: Message): Promise<void> {
  const { responseUrl, channelId, userId } = origin;
  if (responseUrl && (await worked(desk, respond(desk, responseUrl, { message, replaces: false })))) return;
  if (channelId && !isDirect(channelId)) {
    const posting = taken(desk, message, (content) =>
      desk.web.client.chat.postEphemeral({ channel: channelId, user: userId, ...content }),
    );
    if (await worked(desk, posting)) return;
  }
  await post(desk, { channel: userId }, message);
}

/** Posts into the person's direct messages with CapOps, where the message can be changed later. */
export function sayDirectly(desk: Desk, userId: string, message: Message): Promise<Posted> {
  return sayOpenly(desk, userId, message);
}

/** Posts for everybody in the channel, with what belongs into the message's thread. */
export async function sayOpenly(desk: Desk, channel: string, message: Message): Promise<Posted> {
  const at = await post(desk, { channel }, message);
  await sayThread(desk, at, message);
  return at;
}

/** Posts what belongs into a message's thread. */
export async function sayThread(desk: Desk, under: Posted, { thread = [] }: Message): Promise<void> {
  for (const reply of thread) await sayInThread(desk, under, reply);
}

/** Posts into a message's thread, for everybody in the channel. */
export function sayInThread(desk: Desk, { channel, ts }: Posted, message: Message): Promise<Posted> {
  return post(desk, { channel, thread_ts: ts }, message);
}

/** Posts the message alone, without its thread. */
export async function post(
  desk: Desk,
  place: { channel: string; thread_ts?: string },
  message: Message,
): Promise<Posted> {
  return posted(
    await taken(desk, message, (content) => desk.web.client.chat.postMessage({ ...place, ...QUIET, ...content })),
  );
}

/** Changes a message of CapOps that is not private; its thread stays as it is. */
export async function amend(desk: Desk, { channel, ts }: Posted, message: Message): Promise<void> {
  await taken(desk, message, (content) => desk.web.client.chat.update({ channel, ts, ...content }));
}

/** Takes back a message of CapOps that is not private. Never rejects. */
export async function takeBack({ web, ports }: Desk, { channel, ts }: Posted): Promise<void> {
  await web.client.chat.delete({ channel, ts }).catch((error: unknown) => {
    ports.log.warn({ err: error, channel, ts }, 'a message could not be taken back');
  });
}

/** Replaces the message whose button was clicked; says it anew where that fails. */
export async function replaceClicked(desk: Desk, asker: Asker, message: Message): Promise<void> {
  const { responseUrl } = asker;
  const { thread = [], ...alone } = message;
  const elsewhere = { ...asker, responseUrl: undefined };
  if (!responseUrl || !(await worked(desk, respond(desk, responseUrl, { message: alone, replaces: true }))))
    return sayPrivately(desk, elsewhere, message);
  for (const reply of thread) await sayAlone(desk, elsewhere, reply);
}

function respond(
  desk: Desk,
  responseUrl: string,
  { message, replaces }: { message: Message; replaces: boolean },
): Promise<void> {
  const way = replaces ? { replace_original: true } : { response_type: 'ephemeral', replace_original: false };
  return taken(desk, message, (content) => desk.web.respond(responseUrl, { ...way, ...content }));
}

/** Hands a message to Slack; once more without its charts where Slack refuses it with them. */
async function taken<T>(
  { ports }: Desk,
  { text, blocks, plainer }: Message,
  send: (content: Pick<Message, 'text' | 'blocks'>) => Promise<T>,
): Promise<T> {
  try {
    return await send({ text, blocks });
  } catch (error) {
    if (!plainer || !isRefusal(error)) throw error;
    ports.log.warn({ err: error }, 'Slack did not take a message with charts; it is said without them');
    return send({ text, blocks: plainer });
  }
}

/** Whether Slack does not want the message as it is; what is wrong with the place or with Slack would be so again. */
function isRefusal(error: unknown): boolean {
  const { data, status } = error as { data?: { error?: string }; status?: number };
  return (
    status === 400 || status === 500 || /block|invalid_arguments|invalid_payload|msg_too_long/.test(data?.error ?? '')
  );
}

/** True when it worked; a failure is logged, and another way is tried. */
async function worked({ ports }: Desk, attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    ports.log.warn({ err: error }, 'an answer could not be given this way; trying another');
    return false;
  }
}

function posted({ channel, ts }: { channel?: string | undefined; ts?: string | undefined }): Posted {
  if (!channel || !ts) throw new Error('Slack took a message and did not say where it stands');
  return { channel, ts };
}
