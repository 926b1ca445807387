export type Text = { type: 'plain_text' | 'mrkdwn'; text: string };
export type Option = { text: Text; value: string; description?: Text };
export type OptionGroup = { label: Text; options: Option[] };
export type Confirm = { title: Text; text: Text; confirm: Text; deny: Text; style?: 'primary' | 'danger' };

/** Anything that acts, with every property that one of them may have: Slack's JSON as it is, checked by limits.ts. */
export type Element = {
  type: string;
  action_id: string;
  text?: Text;
  value?: string;
  url?: string;
  style?: 'primary' | 'danger';
  confirm?: Confirm;
  placeholder?: Text;
  options?: Option[];
  option_groups?: OptionGroup[];
  initial_option?: Option;
  initial_options?: Option[];
  initial_value?: string;
  initial_date?: string;
  initial_time?: string;
  initial_user?: string;
  initial_users?: string[];
  initial_channel?: string;
  initial_conversation?: string;
  min_query_length?: number;
  max_selected_items?: number;
  multiline?: boolean;
  min_length?: number;
  max_length?: number;
  is_decimal_allowed?: boolean;
  min_value?: string;
  max_value?: string;
  filetypes?: string[];
  max_files?: number;
  focus_on_load?: boolean;
  accessibility_label?: string;
};

/** Any block, with every property that one of them may have. */
export type Block = {
  type: string;
  block_id: string;
  text?: Text;
  label?: Text;
  hint?: Text;
  optional?: boolean;
  dispatch_action?: boolean;
  element?: Element;
  accessory?: Element;
  elements?: Element[];
  fields?: Text[];
};

/** An element's options, those in groups included. */
export function optionsOf(element: Element): Option[] {
  return [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
}

/** Whether choosing in the element tells the app at once (in inputs only where `dispatch_action` asks for it). */
export function actsAtOnce(block: Block): boolean {
  return block.type !== 'input' || block.dispatch_action === true;
}
