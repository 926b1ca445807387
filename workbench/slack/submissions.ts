import { answered, deliver, type Payload, refuse, showed } from './deliver.ts';
import { complaintsOf, stateOf, type Values } from './inputs.ts';
import { Refusal } from './methods/method.ts';
import { replaceView, stackView, viewContent } from './methods/views.ts';
import { envelope, viewObject } from './payloads.ts';
import type { Delivery, Person, View } from './state.ts';
import { newTrigger } from './triggers.ts';
import { changed, type Workspace } from './workspace.ts';

/** What pressing a modal's submit button led to. */
export type Submission = {
  /** Whether the view is gone. */
  closed: boolean;
  /** By block id; from Slack's own window when nothing was sent. */
  errors: Record<string, string>;
  /** What stands above the form when the app did not answer as Slack wants. */
  trouble?: string;
  delivery?: Delivery;
};

const TROUBLE = 'We had some trouble connecting. Try again?';

export type Filled = { person: Person; view: View; values: Values };

export async function submitView(workspace: Workspace, { person, view, values }: Filled): Promise<Submission> {
  const state = stateOf(view.blocks, values);
  const errors = complaintsOf(view.blocks, state);
  if (Object.keys(errors).length > 0) return { closed: false, errors };
  const delivery = await deliver(workspace, 'view_submission', {
    ...envelope('view_submission', person),
    trigger_id: newTrigger(workspace, person.id),
    view: viewObject(view, state),
    response_urls: [],
  });
  try {
    if (!delivery.error) return { ...follow(workspace, view, answered(delivery) ?? {}), delivery };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(workspace, delivery, error.message, error.complaints);
  }
  showed(workspace, delivery, TROUBLE);
  return { closed: false, errors: {}, trouble: TROUBLE, delivery };
}

/** Does what the answer to a submission asks for: nothing said means that the view closes. */
function follow(workspace: Workspace, view: View, answer: Payload): Submission {
  const open = { closed: false, errors: {} };
  switch (answer.response_action) {
    case 'errors': {
      const errors = answer.errors as Record<string, string>;
      const inputs = view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id);
      if (Object.keys(errors).every((block) => inputs.includes(block))) return { closed: false, errors };
      throw new Refusal('invalid_arguments', ['[ERROR] errors name a block that is no input of the view']);
    }
    case 'update':
      replaceView(workspace, view, viewContent(workspace, answer.view, 'modal'));
      return open;
    case 'push':
      stackView(workspace, view.person, viewContent(workspace, answer.view, 'modal'), stackOf(workspace, view));
      return open;
    case 'clear':
      close(workspace, view, []);
      return { closed: true, errors: {} };
    case undefined:
      close(workspace, view, below(workspace, view));
      return { closed: true, errors: {} };
    default:
      throw new Refusal('invalid_arguments', [`[ERROR] unknown response_action: ${answer.response_action}`]);
  }
}

/** Closes the view on top (or with `all` the whole stack), and tells the app where the view asks for it. */
export async function dismissView(workspace: Workspace, person: Person, all = false): Promise<Delivery[]> {
  const stack = workspace.state.modals.get(person.id) ?? [];
  const top = stack.at(-1);
  if (!top) return [];
  const cleared = all || top.clearOnClose;
  const gone = cleared ? [...stack].reverse() : [top];
  close(workspace, top, cleared ? [] : stack.slice(0, -1));
  const told = gone.filter((view) => view.notifyOnClose);
  return Promise.all(
    told.map((view) => {
      const payload = { ...envelope('view_closed', person), view: viewObject(view), is_cleared: cleared };
      return deliver(workspace, 'view_closed', payload);
    }),
  );
}

/** The views under this one; all of them where it is gone already (submitted twice). */
function below(workspace: Workspace, view: View): View[] {
  const stack = stackOf(workspace, view);
  const place = stack.indexOf(view);
  return place === -1 ? stack : stack.slice(0, place);
}

function stackOf(workspace: Workspace, view: View): View[] {
  return workspace.state.modals.get(view.person) ?? [];
}

function close(workspace: Workspace, view: View, rest: View[]): void {
  workspace.state.modals.set(view.person, rest);
  changed(workspace);
}
