import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Payload } from './deliver.ts';
import { readBody, respondJson } from './http.ts';
import { contentOf } from './methods/chat.ts';
import { isTrue, Refusal } from './methods/method.ts';
import { BOT_USER, type Message, type ResponseUrl } from './state.ts';
import { amend, changed, post, remove, type Workspace } from './workspace.ts';

/** POST /response/<id>: the app answers a command or a click. */
export async function responseUrl(
  workspace: Workspace,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const args = JSON.parse((await readBody(request)).toString('utf8') || '{}') as Payload;
  const answer = takeAnswer(workspace, id, args);
  workspace.state.calls.push({ method: 'response_url', at: workspace.now(), arguments: args, answer });
  changed(workspace);
  const gone = answer.error === 'used_url' || answer.error === 'expired_url';
  return respondJson(response, answer.ok ? 200 : gone ? 404 : 400, answer);
}

function takeAnswer(workspace: Workspace, id: string, args: Payload): Payload {
  const place = workspace.state.responseUrls.get(id);
  if (!place || workspace.now() > place.expiresAt) return { ok: false, error: 'expired_url' };
  if (place.usesLeft < 1) return { ok: false, error: 'used_url' };
  place.usesLeft -= 1;
  try {
    answerAt(workspace, place, args);
    return { ok: true };
  } catch (error) {
    if (error instanceof Refusal)
      return { ok: false, error: error.message, response_metadata: { messages: error.complaints } };
    throw error;
  }
}

/** What an answer does, as a response URL's body or as a command's acknowledgement: a message, private unless it says otherwise. */
export function answerAt(
  workspace: Workspace,
  place: Pick<ResponseUrl, 'channel' | 'person' | 'source'>,
  args: Payload,
): void {
  const source: Message | undefined = place.source ? workspace.state.messages.get(place.source) : undefined;
  if (isTrue(args.delete_original)) {
    if (source) remove(workspace, source);
    return;
  }
  const content = contentOf(args);
  if (isTrue(args.replace_original) && source) {
    amend(workspace, source, { text: content.text, blocks: content.blocks } as Partial<Message>);
    return;
  }
  const open = args.response_type === 'in_channel';
  const thread = typeof args.thread_ts === 'string' ? { threadTs: args.thread_ts } : {};
  post(workspace, {
    channel: place.channel,
    user: BOT_USER,
    ...content,
    ...thread,
    ...(open ? {} : { ephemeralFor: place.person }),
  });
}
