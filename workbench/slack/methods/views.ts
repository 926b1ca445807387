import { randomBytes } from 'node:crypto';
import type { Block } from '../blocks.ts';
import type { Payload } from '../deliver.ts';
import { judged } from '../judge.ts';
import { named } from '../naming.ts';
import { viewObject } from '../payloads.ts';
import type { Trigger, View } from '../state.ts';
import { takeTrigger } from '../triggers.ts';
import { changed, newId, type Workspace } from '../workspace.ts';
import { type Method, Refusal, wanted } from './method.ts';

const STACK_MAX = 3;

const open: Method = (workspace, args) => {
  const content = viewContent(workspace, args.view, 'modal');
  const { person } = triggerOf(workspace, args);
  return { view: viewObject(stackView(workspace, person, content, [])) };
};

const push: Method = (workspace, args) => {
  const content = viewContent(workspace, args.view, 'modal');
  const { person } = triggerOf(workspace, args);
  const stack = workspace.state.modals.get(person) ?? [];
  return { view: viewObject(stackView(workspace, person, content, stack)) };
};

const update: Method = (workspace, args) => {
  const content = viewContent(workspace, args.view, 'modal');
  const byId = (view: View) => view.id === args.view_id;
  const byExternalId = (view: View) => view.externalId !== '' && view.externalId === args.external_id;
  const wants = args.view_id ? byId : byExternalId;
  const view = [...workspace.state.modals.values()].flat().find(wants);
  if (!view) throw new Refusal('not_found');
  if (args.hash && args.hash !== view.hash) throw new Refusal('hash_conflict');
  replaceView(workspace, view, content);
  return { view: viewObject(view) };
};

const publish: Method = (workspace, args) => {
  const content = viewContent(workspace, args.view, 'home');
  const person = wanted(args, 'user_id');
  if (!workspace.state.people.has(person)) throw new Refusal('invalid_arguments', ['[ERROR] unknown user_id']);
  const present = workspace.state.homes.get(person);
  if (args.hash && present && args.hash !== present.hash) throw new Refusal('hash_conflict');
  if (present) replaceView(workspace, present, content);
  else workspace.state.homes.set(person, newView(person, content, []));
  changed(workspace);
  return { view: viewObject(workspace.state.homes.get(person) as View) };
};

export const views: Record<string, Method> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
};

export type ViewContent = Omit<View, 'id' | 'rootId' | 'previousId' | 'hash' | 'person' | 'responseUrls'>;

/** A view as the app describes it, within Slack's limits. */
export function viewContent(workspace: Workspace, view: unknown, type: 'modal' | 'home'): ViewContent {
  const complaints = judged(workspace, 'view', view);
  if (complaints.length > 0) throw new Refusal('invalid_arguments', complaints);
  const given = view as Payload & { blocks: Block[] };
  if (given.type !== type)
    throw new Refusal('invalid_arguments', [`[ERROR] must be a ${type} [json-pointer:/view/type]`]);
  const text = (name: string) => (given[name] as { text: string } | undefined)?.text;
  const word = (name: string) => String(given[name] ?? '');
  const [submit, close] = [text('submit'), text('close')];
  return {
    type,
    title: text('title') ?? '',
    ...(submit === undefined ? {} : { submit }),
    ...(close === undefined ? {} : { close }),
    callbackId: word('callback_id'),
    externalId: word('external_id'),
    privateMetadata: word('private_metadata'),
    clearOnClose: given.clear_on_close === true,
    notifyOnClose: given.notify_on_close === true,
    blocks: named(given.blocks),
  };
}

/** Puts a new view on top of the stack given. */
export function stackView(workspace: Workspace, person: string, content: ViewContent, stack: View[]): View {
  if (stack.length >= STACK_MAX) throw new Refusal('push_limit_reached');
  const view = newView(person, content, stack);
  workspace.state.modals.set(person, [...stack, view]);
  changed(workspace);
  return view;
}

export function replaceView(workspace: Workspace, view: View, content: ViewContent): void {
  delete view.submit;
  delete view.close;
  Object.assign(view, content, { hash: newHash() });
  changed(workspace);
}

function newView(person: string, content: ViewContent, stack: View[]): View {
  const id = newId('V');
  const rootId = stack[0]?.id ?? id;
  return { ...content, id, rootId, previousId: stack.at(-1)?.id ?? null, hash: newHash(), person, responseUrls: [] };
}

function newHash(): string {
  return `${Math.floor(Date.now() / 1000)}.${randomBytes(4).toString('hex')}`;
}

function triggerOf(workspace: Workspace, args: Payload): Trigger {
  const trigger = takeTrigger(workspace, wanted(args, 'trigger_id'));
  if (typeof trigger === 'string') throw new Refusal(trigger);
  return trigger;
}
