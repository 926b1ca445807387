import { noteCall } from './calls.ts';
import type { Payload } from './deliver.ts';
import { type Exchange, respondJson } from './http.ts';
import { amendAsApp, postAsApp, takeAway } from './messages.ts';
import { contentOf, threadOf } from './methods/chat.ts';
import { isTrue, Refusal } from './methods/method.ts';
import type { Message, ResponseUrl } from './state.ts';
import type { Workspace } from './workspace.ts';

/** POST /response/<id>: the app answers a command or a click. */
export function responseUrl(workspace: Workspace, id: string, { headers, body, response }: Exchange): void {
  const args = JSON.parse(body.toString('utf8') || '{}') as Payload;
  const answer = takeAnswer(workspace, id, args);
  noteCall(workspace, { method: 'response_url', token: headers.authorization, arguments: args, answer });
  const gone = answer.error === 'used_url' || answer.error === 'expired_url';
  respondJson(response, answer.ok ? 200 : gone ? 404 : 400, answer);
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
    if (source) takeAway(workspace, source);
    return;
  }
  const content = contentOf(workspace, args);
  if (isTrue(args.replace_original) && source) {
    amendAsApp(workspace, source, { text: content.text, blocks: content.blocks } as Partial<Message>);
    return;
  }
  const open = args.response_type === 'in_channel';
  postAsApp(workspace, {
    channel: place.channel,
    ...content,
    ...threadOf(workspace, args),
    ...(open ? {} : { ephemeralFor: place.person }),
  });
}
