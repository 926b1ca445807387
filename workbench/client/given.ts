import { askChoices, type Place, type Use } from '../slack/acts.ts';
import { type Element, type Option, optionsOf } from '../slack/blocks.ts';
import { fileObject, storeFile } from '../slack/files.ts';
import { type Held, picksMany, picksOne } from '../slack/inputs.ts';
import type { Workspace } from '../slack/workspace.ts';

/** A file that a person drops. */
export type Dropped = { name: string; content: string | Buffer };

/** What a test fills in: text, a date, an option's label or value, several of them, files, or null for nothing. */
export type Given = string | string[] | number | Dropped | Dropped[] | null;

/** What the element holds once the given is in it. Searching selects ask the app, with the given as the query. */
export async function heldBy(workspace: Workspace, place: Place, { block, element }: Use, given: Given): Promise<Held> {
  const choose = async (name: string) => {
    const local = optionsOf(element);
    const asks = element.type.endsWith('external_select');
    const options = asks ? (await askChoices(workspace, place, { block, element, query: name })).options : local;
    return pick(element, options, name);
  };
  const words =
    given === null
      ? []
      : [given]
          .flat()
          .filter((one) => typeof one !== 'object')
          .map(String);
  if (picksOne(element)) return { selected_option: given === null ? null : await choose(String(given)) };
  if (picksMany(element)) return { selected_options: await Promise.all(words.map(choose)) };
  const one = words[0] ?? null;
  switch (element.type) {
    case 'datepicker':
      return { selected_date: one };
    case 'timepicker':
      return { selected_time: one };
    case 'users_select':
      return { selected_user: one };
    case 'multi_users_select':
      return { selected_users: words };
    case 'channels_select':
      return { selected_channel: one };
    case 'conversations_select':
      return { selected_conversation: one };
    case 'file_input':
      return { files: dropped(given).map((file) => fileObject(workspace, keep(workspace, place.person.id, file))) };
    default:
      return { value: one === '' ? null : one };
  }
}

export function dropped(given: Given): Dropped[] {
  return [given].flat().filter((one): one is Dropped => typeof one === 'object' && one !== null);
}

export function keep(workspace: Workspace, user: string, { name, content }: Dropped) {
  return storeFile(workspace, { name, content: Buffer.from(content), user });
}

/** By label or value; or the only one whose label contains the name. */
function pick(element: Element, options: Option[], name: string): Option {
  const exact = options.find(({ text, value }) => text.text === name || value === name);
  const likely = options.filter(({ text }) => text.text.toLowerCase().includes(name.toLowerCase()));
  const option = exact ?? (likely.length === 1 ? likely[0] : undefined);
  if (option) return option;
  const labels = options.map(({ text }) => text.text).join(', ');
  throw new Error(`${element.action_id} has no option ${name}; there is: ${labels || 'none'}.`);
}
