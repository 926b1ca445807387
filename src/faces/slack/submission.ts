import { setTimeout as sleep } from 'node:timers/promises';
import type { types, ViewOutput, ViewResponseAction } from '@slack/bolt';
import { UserError } from '../../errors.ts';
import type { Outcome } from '../../ops/service.ts';
import { sayPrivately } from './answer.ts';
import type { Asker, Desk, Wish } from './desk.ts';
import { titleOf } from './draw-form.ts';
import { drawOutcome, drawWords } from './draw-report.ts';
import { offerForm } from './form.ts';
import type { Answered } from './handling.ts';
import { firstInput, formKey, formOperation, readForm } from './read-form.ts';
import { run, sayInDirectMessages, sayWhereAsked, tell } from './run-wish.ts';
import { plain } from './text.ts';

/** Slack waits 3 s for the answer to a form; asking it for the name may have taken 1.2 s of them. */
const ANSWER_MS = 1_600;

type Response = ViewResponseAction;

/** Runs what a form asks for: what can be mended is said under its field, the rest is answered where the form was asked for. */
export async function submit(desk: Desk, asker: Asker, view: ViewOutput): Promise<Answered<Response>> {
  const operation = formOperation(desk.service, view.callback_id);
  if (!operation) {
    const title = 'This form is from an older version of CapOps. Open it again.';
    return { response: undefined, afterwards: () => sayPrivately(desk, asker, drawWords(desk, { title })) };
  }
  const wish = readForm(operation, view);
  const running = run(desk, asker, { ...wish, requestKey: formKey(view, wish) });
  const outcome = await Promise.race([running, sleep(ANSWER_MS, undefined, { ref: false })]);
  if (outcome === undefined) {
    return { response: working(wish), afterwards: async () => answer(desk, asker, { wish, outcome: await running }) };
  }
  const mend = outcome.kind === 'refused' ? inForm(desk, { view, wish, outcome }) : undefined;
  return mend ? { response: mend } : { response: undefined, afterwards: () => answer(desk, asker, { wish, outcome }) };
}

/** A preview stays in the direct messages: its button is used later, and its message shows how far the run is. */
async function answer(desk: Desk, asker: Asker, { wish, outcome }: { wish: Wish; outcome: Outcome }): Promise<void> {
  const say = outcome.kind === 'preview' ? sayInDirectMessages(desk, asker) : sayWhereAsked(desk, asker);
  const reopened = outcome.kind === 'refused' ? withForm(outcome, wish) : outcome;
  await tell(desk, asker, { wish, outcome: reopened, say });
}

function withForm(outcome: Refused, wish: Wish): Outcome {
  const { problems, offers } = outcome.error;
  return { ...outcome, error: new UserError(problems, [...offers, offerForm(wish, 'Open the form again')]) };
}

type Refused = Extract<Outcome, { kind: 'refused' }>;
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
