import { z } from 'zod';
import type { Outcome, Target } from './page-data.ts';
import { act, askChoices, openHome, type Place, typeCommand, type Use, writeMessage } from './slack/acts.ts';
import { elementsOf } from './slack/block-text.ts';
import type { Held } from './slack/inputs.ts';
import { markRead } from './slack/read-marks.ts';
import type { Channel, Delivery, Person } from './slack/state.ts';
import { dismissView, submitView } from './slack/submissions.ts';
import { remove, type Workspace } from './slack/workspace.ts';

const values = z.record(z.string(), z.record(z.string(), z.custom<Held>())).default({});
const target = z.object({
  message: z.string().optional(),
  view: z.string().optional(),
  block: z.string(),
  action: z.string(),
  values,
});

/** What somebody does on the page; the body of POST /page/act, with `as` beside it. */
const pageAct = z.discriminatedUnion('do', [
  z.object({ do: z.literal('command'), channel: z.string(), text: z.string() }),
  z.object({
    do: z.literal('message'),
    channel: z.string(),
    text: z.string(),
    files: z.array(z.string()),
    threadTs: z.string().optional(),
  }),
  z.object({ do: z.literal('use'), target, held: z.custom<Held>().optional() }),
  z.object({ do: z.literal('choices'), target, query: z.string() }),
  z.object({ do: z.literal('submit'), view: z.string(), values }),
  z.object({ do: z.literal('dismiss'), all: z.boolean() }),
  z.object({ do: z.literal('home') }),
  z.object({ do: z.literal('hide'), message: z.string() }),
  z.object({ do: z.literal('read'), channel: z.string() }),
]);
type PageAct = z.infer<typeof pageAct>;

export async function performAct(workspace: Workspace, body: unknown): Promise<unknown> {
  const { as } = z.object({ as: z.string() }).parse(body);
  const person = found(workspace.state.people.get(as), as);
  return perform(workspace, person, pageAct.parse(body));
}

async function perform(workspace: Workspace, person: Person, what: PageAct): Promise<unknown> {
  switch (what.do) {
    case 'command':
      await typeCommand(workspace, { person, channel: channelOf(workspace, what.channel) }, what.text);
      return {};
    case 'message': {
      const files = what.files.map((id) => found(workspace.state.files.get(id), id));
      const written = { text: what.text, files, ...(what.threadTs ? { threadTs: what.threadTs } : {}) };
      const { delivery } = await writeMessage(
        workspace,
        { person, channel: channelOf(workspace, what.channel) },
        written,
      );
      return outcome(delivery);
    }
    case 'use': {
      const { place, use } = resolve(workspace, person, what.target);
      return outcome(await act(workspace, place, what.held ? { ...use, held: what.held } : use));
    }
    case 'choices': {
      const { place, use } = resolve(workspace, person, what.target);
      const { delivery, ...choices } = await askChoices(workspace, place, { ...use, query: what.query });
      return { ...choices, ...outcome(delivery) };
    }
    case 'submit': {
      const { delivery: _, ...result } = await submitView(workspace, {
        person,
        view: viewOf(workspace, what.view),
        values: what.values,
      });
      return result;
    }
    case 'dismiss':
      await dismissView(workspace, person, what.all);
      return {};
    case 'home':
      return outcome(await openHome(workspace, person));
    case 'read':
      markRead(workspace, person, what.channel);
      return {};
    case 'hide': {
      const message = found(workspace.state.messages.get(what.message), what.message);
      if (message.ephemeralFor === person.id) remove(workspace, message);
      return {};
    }
  }
}

function outcome(delivery: Delivery | undefined): Outcome {
  return delivery?.error ? { error: delivery.error } : {};
}

function resolve(workspace: Workspace, person: Person, target: Target): { place: Place; use: Use } {
  const place: Place = target.view
    ? { person, view: viewOf(workspace, target.view), values: target.values }
    : { person, message: found(workspace.state.messages.get(target.message ?? ''), target.message ?? '') };
  const blocks = ('view' in place ? place.view.blocks : place.message.blocks) ?? [];
  const block = found(
    blocks.find((one) => one.block_id === target.block),
    target.block,
  );
  const element = found(
    elementsOf(block).find((one) => one.action_id === target.action),
    target.action,
  );
  return { place, use: { block, element } };
}

function viewOf(workspace: Workspace, id: string) {
  const views = [...workspace.state.modals.values()].flat().concat([...workspace.state.homes.values()]);
  return found(
    views.find((view) => view.id === id),
    id,
  );
}

function channelOf(workspace: Workspace, id: string): Channel {
  return found(workspace.state.channels.get(id), id);
}

function found<T>(thing: T | undefined, id: string): T {
  if (thing === undefined) throw new GoneError(id);
  return thing;
}

/** The page named something that is there no more: it is out of date. */
export class GoneError extends Error {
  constructor(id: string) {
    super(`${id} is not there any more`);
  }
}
