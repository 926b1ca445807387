import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockButtonAction } from '@slack/bolt';
import type { Outcome } from '../../ops/service.ts';
import { amend, type Posted, replaceClicked, sayPrivately } from './answer.ts';
import { type Click, readClick } from './button-value.ts';
import type { Asker, Desk } from './desk.ts';
import { drawWords } from './draw-report.ts';
import { openForm } from './form.ts';
import { run, type Say, sayWhereAsked, showProgress, tell } from './run-wish.ts';
import { page } from './submission.ts';

/** A run that is over sooner needs no “Working on it”. */
const WORKING_MS = 700;

/** Does what a button says, once, whoever clicks it how often. */
export async function click(desk: Desk, asker: Asker, body: BlockButtonAction): Promise<void> {
  const [action] = body.actions;
  const wish = action && readClick(desk.service, action.action_id, action.value);
  if (!wish) {
    const title = 'This button is from an older version of CapOps. Ask again to get a new one.';
    return sayPrivately(desk, asker, drawWords(desk, { title }));
  }
  if (wish.act === 'form') return openForm(desk, asker, wish);
  const requestKey = keyOf(body);
  if (body.view)
    return clickInView(desk, asker, { wish, requestKey, viewId: body.view.id, metadata: body.view.private_metadata });
  if (wish.operation.effect === 'reads') {
    const outcome = await run(desk, asker, { ...wish, requestKey });
    const say = turnsPage(body, wish) && outcome.kind === 'done' ? replacing(desk, asker) : sayWhereAsked(desk, asker);
    return tell(desk, asker, { wish, outcome, say });
  }
  await change(desk, asker, { wish, requestKey, posted: postedOf(body) });
}

/** Runs a change; the message loses its button as soon as something comes of it. */
async function change(
  desk: Desk,
  asker: Asker,
  { wish, requestKey, posted }: { wish: Click; requestKey: string; posted: Posted | undefined },
): Promise<void> {
  const working = `Working on it: ${wish.operation.summary.toLowerCase()}.`;
  const shown = posted && showProgress(desk, posted, working);
  const running = run(desk, asker, { ...wish, requestKey, ...(shown ? { progress: shown.progress } : {}) });
  const isSlow = (await Promise.race([running, sleep(WORKING_MS, undefined, { ref: false })])) === undefined;
  if (isSlow) await replacing(desk, asker, posted)(drawWords(desk, { title: working }));
  const outcome = await running;
  await shown?.stop();
  const say = isSlow || takesPlace(outcome) ? replacing(desk, asker, posted) : sayWhereAsked(desk, asker);
  await tell(desk, asker, { wish, outcome, say });
}

/** What was not done leaves the button where it is; a repeated click is answered beside it. */
function takesPlace(outcome: Outcome): boolean {
  if (outcome.kind === 'preview') return outcome.confirmation !== undefined;
  return outcome.kind === 'done' && !outcome.repeated;
}

interface ViewClick {
  readonly wish: Click;
  readonly requestKey: string;
  readonly viewId: string;
  readonly metadata: string;
}

/** A button on a form's page: the page says how it ended and closes the whole form, the answer stands where it was asked for. */
async function clickInView(desk: Desk, asker: Asker, { wish, requestKey, viewId, metadata }: ViewClick): Promise<void> {
  const outcome = await run(desk, asker, { ...wish, requestKey });
  await tell(desk, asker, { wish, outcome, say: sayWhereAsked(desk, asker) });
  const title = outcome.kind === 'done' ? outcome.report.title : 'This was not done. The answer says why.';
  const view = { ...page(wish, { blocks: drawWords(desk, { title }).blocks, metadata }), clear_on_close: true };
  await desk.web.client.views.update({ view_id: viewId, view }).catch((error: unknown) => {
    desk.ports.log.info({ err: error }, 'a page of a form was closed before it could say how it ended');
  });
}

/** In place of the message that was clicked. A private one changes through its response URL only. */
function replacing(desk: Desk, asker: Asker, posted?: Posted): Say {
  return async (message) => {
    if (!posted) await replaceClicked(desk, asker, message);
    else await amend(desk, posted, message).catch(() => replaceClicked(desk, asker, message));
    return posted;
  };
}

function postedOf({ container, channel, message }: BlockButtonAction): Posted | undefined {
  const ts: unknown = message?.ts;
  return channel && typeof ts === 'string' && !container.is_ephemeral ? { channel: channel.id, ts } : undefined;
}

/** More of the same takes the place of what was there; something else would hide an answer that is meant to stay. */
function turnsPage({ container, actions: [action] }: BlockButtonAction, { operation }: Click): boolean {
  return (
    container.type === 'message' && (container.is_ephemeral === true || action?.block_id === `offers:${operation.name}`)
  );
}

/** One key for a button of a message: clicked twice, it is one request. */
function keyOf({ container, actions: [action] }: BlockButtonAction): string {
  const place = container.type === 'view' ? container.view_id : `${container.channel_id}:${container.message_ts}`;
  const digest = createHash('sha256')
    .update(action?.value ?? '')
    .digest('hex')
    .slice(0, 16);
  return `click:${place}:${action?.action_id}:${digest}`;
}
