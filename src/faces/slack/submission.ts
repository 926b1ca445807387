import { setTimeout as sleep } from 'node:timers/promises';
import type { types, ViewOutput, ViewResponseAction } from '@slack/bolt';
import type { Outcome } from '../../ops/service/service.ts';
import type { Arrival, Taken } from './ask.ts';
import type { Asker, Desk, Wish } from './desk.ts';
import { titleOf } from './draw-form.ts';
import { drawOutcome } from './draw-report.ts';
import type { Answered } from './handling.ts';
import { perform } from './perform.ts';
import { firstInput } from './read-form.ts';
import { run, tell } from './run-wish.ts';
import { sayOf } from './say.ts';
import { plain } from './text.ts';

/** Slack waits 3 s for the answer to a form, from when it came; storing it may have taken one of them. */
const ANSWER_MS = 2_000;

type Response = ViewResponseAction;

/** Runs what a form asks for: what can be mended is said under its field, the rest is answered where the form was asked for. */
export async function submit(
  desk: Desk,
  asked: Promise<Asker>,
  { ask, receipt, sinceMs }: Arrival,
  view: ViewOutput,
): Promise<Answered<Response>> {
  if (ask.act !== 'run') {
    return { response: undefined, afterwards: async () => perform(desk, await asked, { ask }) };
  }
  const taken = { task: ask, receipt };
  const running = asked.then((asker) => run(desk, asker, taken));
  const patience = sleep(Math.max(0, sinceMs + ANSWER_MS - performance.now()), undefined, { ref: false });
  const outcome = await Promise.race([running, patience]);
  const answer = async () => {
    const [asker, end] = await Promise.all([asked, running]);
    await tell(desk, asker, { ...taken, outcome: end, say: sayOf(desk, asker, { way: ask, outcome: end }) });
  };
  if (outcome === undefined) return { response: working(ask), afterwards: answer };
  const mend = outcome.kind === 'refused' ? inForm(desk, { view, wish: ask, outcome }) : undefined;
  return mend
    ? { response: mend, afterwards: async () => answeredInForm(desk, taken) }
    : { response: undefined, afterwards: answer };
}

async function answeredInForm(desk: Desk, { receipt }: Taken): Promise<void> {
  if (receipt?.kind === 'stored') desk.service.answered(receipt.runId);
}

type Refusal = { view: ViewOutput; wish: Wish; outcome: Extract<Outcome, { kind: 'refused' }> };

/** What is wrong, in the form: with a way to have it done all the same, as a page over it; else under the fields. */
function inForm(desk: Desk, refusal: Refusal): Response | undefined {
  const { view, wish, outcome } = refusal;
  const { problems, offers } = outcome.error;
  if (offers.some(({ operation, form }) => operation === wish.operation.name && !form)) {
    return {
      response_action: 'push',
      view: page(wish, {
        blocks: drawOutcome(desk, wish, outcome).blocks,
        metadata: view.private_metadata,
        closes: 'Back',
      }),
    };
  }
  const first = firstInput(view);
  const inputs = new Set(
    (view.blocks as types.KnownBlock[]).filter(({ type }) => type === 'input').map(({ block_id }) => block_id),
  );
  if (!first) return undefined;
  const errors: Record<string, string> = {};
  for (const { argument, message } of problems) {
    const block = argument && inputs.has(argument) ? argument : first;
    errors[block] = errors[block] ? `${errors[block]} ${message}` : message;
  }
  return { response_action: 'errors', errors };
}

function working(wish: Wish): Response {
  const text = plain('CapOps is working on it. The answer follows where you asked; you can close this.', 3000);
  return { response_action: 'update', view: page(wish, { blocks: [{ type: 'section', block_id: 'working', text }] }) };
}

interface Page {
  readonly blocks: types.KnownBlock[];
  readonly metadata?: string;
  /** What the button that closes it says. */
  readonly closes?: string;
}

/** A page of a form that asks nothing. */
export function page(wish: Wish, { blocks, metadata = '', closes = 'Close' }: Page): types.ModalView {
  return {
    type: 'modal',
    callback_id: `page:${wish.operation.name}`,
    private_metadata: metadata,
    title: plain(titleOf(wish.operation), 24),
    close: plain(closes, 24),
    blocks,
  };
}
