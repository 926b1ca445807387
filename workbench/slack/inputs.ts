import { elementsOf } from './block-text.ts';
import type { Block, Element, Option } from './blocks.ts';

/** A file input's file as the page and the tests name it: by the id of a stored file. */
export type FileRef = { id: string; name: string; size: number };

/** What an element holds, as `view.state.values` and actions show it, without its type. */
export type Held = {
  value?: string | null;
  selected_option?: Option | null;
  selected_options?: Option[];
  selected_date?: string | null;
  selected_time?: string | null;
  selected_user?: string | null;
  selected_users?: string[];
  selected_channel?: string | null;
  selected_conversation?: string | null;
  selected_date_time?: number | null;
  files?: unknown[];
};

/** By block, then by action. */
export type Values = Record<string, Record<string, Held>>;

const SINGLE = new Set(['static_select', 'external_select', 'radio_buttons']);
const MULTIPLE = new Set(['multi_static_select', 'multi_external_select', 'checkboxes']);

export const picksOne = (element: Element) => SINGLE.has(element.type);
export const picksMany = (element: Element) => MULTIPLE.has(element.type);

/** What an element holds before anybody touched it. */
export function initial(element: Element): Held {
  if (picksOne(element)) return { selected_option: element.initial_option ?? null };
  if (picksMany(element)) return { selected_options: element.initial_options ?? [] };
  if (element.type === 'datepicker') return { selected_date: element.initial_date ?? null };
  if (element.type === 'timepicker') return { selected_time: element.initial_time ?? null };
  if (element.type === 'users_select') return { selected_user: element.initial_user ?? null };
  if (element.type === 'multi_users_select') return { selected_users: element.initial_users ?? [] };
  if (element.type === 'channels_select') return { selected_channel: element.initial_channel ?? null };
  if (element.type === 'conversations_select') return { selected_conversation: element.initial_conversation ?? null };
  if (element.type === 'file_input') return { files: [] };
  return { value: element.initial_value || null };
}

/** https://docs.slack.dev/reference/block-kit/block-elements/file-input-element */
const FILE_BYTES = 10 * 1024 * 1024;

const STATELESS = new Set(['button', 'overflow']);

/** The state of all inputs of the blocks: what was filled in, or else what stood there at first. */
export function stateOf(blocks: Block[], filled: Values): Values {
  const state: Values = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      if (STATELESS.has(element.type)) continue;
      const held = filled[block.block_id]?.[element.action_id] ?? initial(element);
      state[block.block_id] = {
        ...state[block.block_id],
        [element.action_id]: { type: element.type, ...held } as Held,
      };
    }
  }
  return state;
}

/** What Slack's own window says before it sends anything, by block. */
export function complaintsOf(blocks: Block[], values: Values): Record<string, string> {
  const complaints: Record<string, string> = {};
  for (const block of blocks) {
    const { element } = block;
    if (block.type !== 'input' || !element) continue;
    const held = values[block.block_id]?.[element.action_id] ?? {};
    const complaint = isEmpty(held) ? emptyComplaint(block) : valueComplaint(element, held);
    if (complaint) complaints[block.block_id] = complaint;
  }
  return complaints;
}

function emptyComplaint(block: Block): string | undefined {
  return block.optional ? undefined : 'Please complete this required field.';
}

function valueComplaint(element: Element, held: Held): string | undefined {
  const value = held.value ?? '';
  if (element.max_length !== undefined && value.length > element.max_length)
    return `Use at most ${element.max_length} characters.`;
  if (element.min_length !== undefined && value.length < element.min_length)
    return `Use at least ${element.min_length} characters.`;
  if (element.type === 'number_input') return numberComplaint(element, value);
  const count = (held.selected_options ?? []).length;
  if (element.max_selected_items !== undefined && count > element.max_selected_items)
    return `Choose at most ${element.max_selected_items}.`;
  return filesComplaint(element, held.files ?? []);
}

function filesComplaint(element: Element, files: unknown[]): string | undefined {
  const most = element.max_files ?? 10;
  if (files.length > most) return `Attach at most ${most} files.`;
  const isLarge = files.some((file) => Number((file as { size?: number }).size) > FILE_BYTES);
  return isLarge ? 'Attach files of at most 10 MB.' : undefined;
}

function numberComplaint(element: Element, value: string): string | undefined {
  const number = Number(value);
  if (Number.isNaN(number)) return 'Enter a number.';
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return 'Enter a whole number.';
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Enter ${element.max_value} or less.`;
  return undefined;
}

function isEmpty(held: Held): boolean {
  const { type: _, ...rest } = held as Held & { type?: string };
  return Object.values(rest).every(
    (value) => value === null || value === '' || (Array.isArray(value) && value.length === 0),
  );
}
