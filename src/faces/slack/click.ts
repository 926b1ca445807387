import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockButtonAction } from '@slack/bolt';
import type { Outcome } from '../../ops/service/service.ts';
import type { Arrival, Taken, Task } from './ask.ts';
import type { Asker, Desk } from './desk.ts';
import { drawStand, workingWords } from './draw-progress.ts';
import { drawOutcome, drawWords } from './draw-report.ts';
import { perform } from './perform.ts';
import { showProgress } from './progress.ts';
import { isToCome, run, tell } from './run-wish.ts';
import { inPlaceOf, sayOf, sayWhereAsked } from './say.ts';
import { answerTo } from './stored-answer.ts';
import { page } from './submission.ts';

/** A run that is over sooner needs no “Working on it”. */
const WORKING_MS = 700;

/** Does what a button says, once, whoever clicks it how often. */
export async function click(
  desk: Desk,
  asker: Asker,
  { ask, receipt }: Arrival,
  body: BlockButtonAction,
): Promise<void> {
  if (ask.act !== 'run') return perform(desk, asker, { ask });
  // The home tab stays; the answer comes as a message.
  if (body.view?.type === 'home') return perform(desk, asker, { ask, receipt });
  const taken = { task: ask, receipt };
  if (body.view) return clickInView(desk, asker, taken, body.view);
  if (ask.operation.effect === 'reads') return look(desk, asker, ask, body);
  if (ask.manner !== 'click' || receipt?.kind === 'known') return perform(desk, asker, { ask, receipt });
  await change(desk, asker, taken);
}

async function look(desk: Desk, asker: Asker, task: Task, body: BlockButtonAction): Promise<void> {
  const outcome = await run(desk, asker, { task });
  const turns = turnsPage(body, task) && outcome.kind === 'done';
  await tell(desk, asker, { task, outcome, say: turns ? inPlaceOf(desk, asker, task) : sayWhereAsked(desk, asker) });
}

/** Runs a change; the message loses its button as soon as something comes of it. */
async function change(desk: Desk, asker: Asker, { task, receipt }: Taken): Promise<void> {
  const shown = progressOf(desk, { task, receipt });
  const running = run(desk, asker, { task, receipt, ...(shown ? { progress: shown.progress } : {}) });
  const isSlow = (await Promise.race([running, sleep(WORKING_MS, undefined, { ref: false })])) === undefined;
  if (isSlow) {
    void remember(desk, asker, { task, receipt });
    if (shown) shown.begin();
    else await inPlaceOf(desk, asker, task)(drawWords(desk, { title: workingWords(task) })).catch(unsaid(desk));
  }
  const outcome = await running;
  await shown?.stop();
  const say = sayOf(desk, asker, { way: { ...task, inPlace: isSlow }, outcome });
  await tell(desk, asker, { task, receipt, outcome, say });
  const end = isToCome(outcome) ? await remember(desk, asker, { task, receipt }) : undefined;
  // Whoever goes on with it was faster than what was just said.
  if (end) await say(drawOutcome(desk, task, end));
}

/** That it is being worked on is not worth its end. */
function unsaid({ ports }: Desk): (error: unknown) => undefined {
  return (error) => void ports.log.warn({ err: error }, 'that it is being worked on could not be said');
}

/** Whoever answers from another process finds that the message shows the run. Returns how it ended, where it is over. */
async function remember(desk: Desk, asker: Asker, { task, receipt }: Taken): Promise<Outcome | undefined> {
  if (receipt?.kind !== 'stored') return undefined;
  return desk.service.remember(receipt.runId, { ...answerTo(asker, task), inPlace: true });
}

/** A private message cannot be changed often enough to show how far a run is. */
function progressOf(desk: Desk, { task, receipt }: Taken): ReturnType<typeof showProgress> | undefined {
  const { posted } = task;
  if (!posted) return undefined;
  const { clock } = desk.ports;
  const runId = receipt?.kind === 'stored' ? receipt.runId : undefined;
  const beganMs = clock.now().getTime();
  return showProgress(desk, {
    posted,
    draw: (progress) => drawStand(desk, task, { runId, elapsedMs: clock.now().getTime() - beganMs, progress }),
  });
}

/** A button on a form's page: the page says how it ended and closes the whole form, the answer stands where it was asked for. */
async function clickInView(
  desk: Desk,
  asker: Asker,
  { task, receipt }: Taken,
  { id, private_metadata: metadata }: NonNullable<BlockButtonAction['view']>,
): Promise<void> {
  const outcome = await run(desk, asker, { task, receipt });
  await tell(desk, asker, { task, receipt, outcome, say: sayWhereAsked(desk, asker) });
  const isTaken = outcome.kind === 'done' || outcome.kind === 'awaiting' || outcome.kind === 'queued';
  const title = isTaken ? outcome.report.title : 'This was not done. The answer says why.';
  const view = { ...page(task, { blocks: drawWords(desk, { title }).blocks, metadata }), clear_on_close: true };
  await desk.web.client.views.update({ view_id: id, view }).catch((error: unknown) => {
    desk.ports.log.info({ err: error }, 'a page of a form was closed before it could say how it ended');
  });
}

/** More of the same takes the place of what was there; something else would hide an answer that is meant to stay. */
function turnsPage({ container, actions: [action] }: BlockButtonAction, { operation }: Task): boolean {
  return (
    container.type === 'message' && (container.is_ephemeral === true || action?.block_id === `offers:${operation.name}`)
  );
}
