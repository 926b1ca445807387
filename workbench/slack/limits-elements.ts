import {
  also,
  eitherOf,
  flag,
  isObject,
  list,
  number,
  object,
  oneOf,
  pattern,
  type Rule,
  type Shape,
  string,
  typed,
} from './rule.ts';

/** What Slack refuses in elements that act, and in what they are composed of; its sources stand in limits.ts. */
export const plain = (max: number) => typed({ plain_text: object({ 'text!': string(max), emoji: flag }) });
export const text = (max: number) =>
  typed({
    plain_text: object({ 'text!': string(max), emoji: flag }),
    mrkdwn: object({ 'text!': string(max), verbatim: flag }),
  });
export const id = string(255);
export const link = string(3000);
const style = oneOf('primary', 'danger');

// Composition objects
const confirm = object({ 'title!': plain(100), 'text!': text(300), 'confirm!': plain(30), 'deny!': plain(30), style });
export const option = object({ 'text!': plain(75), 'value!': string(150), description: plain(75), url: link });
const markedOption = object({ 'text!': text(75), 'value!': string(150), description: text(75) });
export const optionGroup = object({ 'label!': plain(75), 'options!': list(100, option) });
const dispatch = object({
  trigger_actions_on: list(2, oneOf('on_enter_pressed', 'on_character_entered')),
});
const filter = object({
  include: list(4, oneOf('im', 'mpim', 'private', 'public')),
  exclude_external_shared_channels: flag,
  exclude_bot_users: flag,
});

// Elements that act
const named: Shape = { action_id: id };
const focused: Shape = { ...named, focus_on_load: flag };
const asking: Shape = { ...focused, confirm, placeholder: plain(150) };
const many: Shape = { max_selected_items: number(1, 100) };
const typing: Shape = { ...focused, placeholder: plain(150), dispatch_action_config: dispatch };
const ids = list(100, id);
const own = (shape: Shape) => object({ ...asking, ...shape });
const offered = (shape: Shape) =>
  among(eitherOf(own({ options: list(100, option), option_groups: list(100, optionGroup), ...shape }), ...OFFERS));
const OFFERS = ['options', 'option_groups'];
const few = (shape: Shape) => among(object({ ...focused, confirm, 'options!': list(10, markedOption), ...shape }));

export const selecting: Record<string, Rule> = {
  checkboxes: few({ initial_options: list(10, markedOption) }),
  radio_buttons: few({ initial_option: markedOption }),
  static_select: offered({ initial_option: option }),
  multi_static_select: offered({ initial_options: list(100, option), ...many }),
  external_select: own({ initial_option: option, min_query_length: number(0, 100) }),
  multi_external_select: own({ initial_options: list(100, option), min_query_length: number(0, 100), ...many }),
  users_select: own({ initial_user: id }),
  multi_users_select: own({ initial_users: ids, ...many }),
  channels_select: own({ initial_channel: id, response_url_enabled: flag }),
  multi_channels_select: own({ initial_channels: ids, ...many }),
  conversations_select: own({
    initial_conversation: id,
    default_to_current_conversation: flag,
    response_url_enabled: flag,
    filter,
  }),
  multi_conversations_select: own({
    initial_conversations: ids,
    default_to_current_conversation: flag,
    filter,
    ...many,
  }),
  datepicker: own({ initial_date: pattern(/^\d{4}-\d{2}-\d{2}$/, 'a date in the format YYYY-MM-DD') }),
  timepicker: own({ initial_time: pattern(/^\d{2}:\d{2}$/, 'a time in the format HH:mm'), timezone: string(100) }),
  datetimepicker: object({ ...focused, confirm, initial_date_time: number(1e9, 9_999_999_999) }),
};
const button = object({
  ...named,
  'text!': plain(75),
  value: string(2000, 0),
  url: link,
  style,
  confirm,
  accessibility_label: string(75),
});
const overflow = object({ ...named, confirm, 'options!': list(5, option) });
export const pressing: Record<string, Rule> = { button, overflow };

const textInput = object({
  ...typing,
  initial_value: string(3000, 0),
  multiline: flag,
  min_length: number(0, 3000),
  max_length: number(1, 3000),
});
const lengthOf = (value: unknown) => (typeof value === 'string' ? value.length : 0);
export const filling: Record<string, Rule> = {
  ...selecting,
  plain_text_input: also(textInput, ({ min_length = 0, max_length = 3000, initial_value }) => {
    if (Number(min_length) > Number(max_length)) return 'min_length must not be greater than max_length';
    return lengthOf(initial_value) > Number(max_length) && 'initial_value must not be longer than max_length';
  }),
  number_input: object({
    ...typing,
    'is_decimal_allowed!': flag,
    initial_value: string(20),
    min_value: string(20),
    max_value: string(20),
  }),
  email_text_input: object({ ...typing, initial_value: string(3000, 0) }),
  url_text_input: object({ ...typing, initial_value: string(3000, 0) }),
};
export const fileInput = object({ ...named, filetypes: list(100, string(30)), max_files: number(1, 10) });

/** What is chosen at first has to be on offer. */
function among(rule: Rule): Rule {
  return also(rule, (value) => {
    const groups = (value.option_groups ?? []) as { options: unknown[] }[];
    const offers = [...((value.options ?? []) as unknown[]), ...groups.flatMap(({ options }) => options)];
    const chosen = [value.initial_option ?? [], value.initial_options ?? []].flat().filter(isObject);
    const known = new Set(offers.map((one) => isObject(one) && one.value));
    return chosen.some((one) => !known.has(String(one.value))) && 'initial options must be among the options';
  });
}
