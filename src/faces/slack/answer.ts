import { type Asker, type Desk, isDirect, type Message, type Origin } from './desk.ts';

// Links in a message are never fetched by Slack for a preview.
const QUIET = { unfurl_links: false, unfurl_media: false } as const;

/** A message that can be changed later. */
export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** Answers one person only: where they asked, or else in their direct messages. Rejects when no way is left. */
export async function sayPrivately(desk: Desk, origin: Origin, message: Message): Promise<void> {
  const { responseUrl, channelId, userId } = origin;
  if (
    responseUrl &&
    (await worked(
      desk,
      desk.web.respond(responseUrl, { response_type: 'ephemeral', replace_original: false, ...message }),
    ))
  )
    return;
  if (channelId && !isDirect(channelId)) {
    const posting = desk.web.client.chat.postEphemeral({ channel: channelId, user: userId, ...message });
    if (await worked(desk, posting)) return;
  }
  await sayDirectly(desk, userId, message);
}

/** Posts into the person's direct messages with CapOps, where the message can be changed later. */
export async function sayDirectly({ web }: Desk, userId: string, message: Message): Promise<Posted> {
  return posted(await web.client.chat.postMessage({ channel: userId, ...QUIET, ...message }));
}

/** Posts for everybody in the channel. */
export async function sayOpenly({ web }: Desk, channel: string, message: Message): Promise<Posted> {
  return posted(await web.client.chat.postMessage({ channel, ...QUIET, ...message }));
}

/** Posts into a message's thread, for everybody in the channel. */
export async function sayInThread({ web }: Desk, { channel, ts }: Posted, message: Message): Promise<Posted> {
  return posted(await web.client.chat.postMessage({ channel, thread_ts: ts, ...QUIET, ...message }));
}

/** Changes a message of CapOps that is not private. */
export async function amend({ web }: Desk, { channel, ts }: Posted, message: Message): Promise<void> {
  await web.client.chat.update({ channel, ts, ...message });
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
  if (responseUrl && (await worked(desk, desk.web.respond(responseUrl, { replace_original: true, ...message }))))
    return;
  await sayPrivately(desk, { ...asker, responseUrl: undefined }, message);
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
