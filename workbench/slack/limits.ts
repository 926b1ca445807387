/**
 * What Slack refuses, as its reference says: https://docs.slack.dev/reference/block-kit/blocks (one page a block),
 * https://docs.slack.dev/reference/block-kit/block-elements, https://docs.slack.dev/reference/block-kit/composition-objects,
 * https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/methods/chat.postMessage.
 * A rule takes a value and its JSON pointer, and returns complaints in Slack's words.
 */
type Rule = (value: unknown, path: string) => string[];
type Shape = Record<string, Rule>;

const complain = (message: string, path: string) => [`[ERROR] ${message} [json-pointer:${path}]`];
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function string(max: number, min = 1): Rule {
  return (value, path) => {
    if (typeof value !== 'string') return complain('must be a string', path);
    if (value.length > max) return complain(`must be less than ${max + 1} characters`, path);
    return value.length < min ? complain(`must be more than ${min - 1} characters`, path) : [];
  };
}

function list(max: number, item: Rule, min = 1): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) return complain('must be an array', path);
    if (value.length > max) return complain(`no more than ${max} items allowed`, path);
    if (value.length < min) return complain(`must have at least ${min} item${min > 1 ? 's' : ''}`, path);
    return value.flatMap((one, index) => item(one, `${path}/${index}`));
  };
}

/** Rules by property; a property that ends in `!` has to be there. */
function object(shape: Shape): Rule {
  return (value, path) => {
    if (!isObject(value)) return complain('must be an object', path);
    return Object.entries(shape).flatMap(([key, rule]) => {
      const name = key.replace('!', '');
      if (value[name] !== undefined) return rule(value[name], `${path}/${name}`);
      return name === key ? [] : complain(`missing required field: ${name}`, path);
    });
  };
}

/** The rules of the type that the value names. */
function typed(shapes: Record<string, Rule>): Rule {
  return (value, path) => {
    const type = isObject(value) ? String(value.type) : '';
    return shapes[type]?.(value, path) ?? complain(`unsupported type: ${type}`, `${path}/type`);
  };
}

const plain = (max: number) => typed({ plain_text: object({ 'text!': string(max) }) });
const text = (max: number) =>
  typed({ plain_text: object({ 'text!': string(max) }), mrkdwn: object({ 'text!': string(max) }) });
const anything: Rule = () => [];

const confirm = object({ 'title!': plain(100), 'text!': text(300), 'confirm!': plain(30), 'deny!': plain(30) });
const option = object({ 'text!': text(75), 'value!': string(150), description: text(75), url: string(3000) });
const group = object({ 'label!': plain(75), 'options!': list(100, option) });
const common: Shape = { action_id: string(255), confirm, placeholder: plain(150) };
const menu: Shape = { ...common, options: list(100, option), option_groups: list(100, group) };
const short = (max: number, min: number) => object({ ...common, 'options!': list(max, option, min) });
const element = (shape: Shape) => object({ ...common, ...shape });

const acting: Record<string, Rule> = {
  button: element({ 'text!': plain(75), value: string(2000, 0), url: string(3000), accessibility_label: string(75) }),
  overflow: short(5, 1),
  checkboxes: short(10, 1),
  radio_buttons: short(10, 1),
  static_select: object(menu),
  multi_static_select: object(menu),
  external_select: object(menu),
  multi_external_select: object(menu),
  users_select: element({}),
  multi_users_select: element({}),
  channels_select: element({}),
  conversations_select: element({}),
  datepicker: element({ initial_date: string(10, 10) }),
  timepicker: element({ initial_time: string(5, 5) }),
  datetimepicker: element({}),
};
const typing: Record<string, Rule> = {
  plain_text_input: element({ initial_value: string(3000, 0) }),
  number_input: element({ 'is_decimal_allowed!': anything }),
  email_text_input: element({}),
  url_text_input: element({}),
  file_input: element({ filetypes: list(100, string(30)) }),
};
const image = object({ image_url: string(3000), 'alt_text!': string(2000) });
const cell: Rule = typed({ raw_text: object({ 'text!': string(10_000) }), rich_text: anything });

const anywhere: Record<string, Rule> = {
  section: object({ text: text(3000), fields: list(10, text(2000)), accessory: typed({ ...acting, image }) }),
  header: object({ 'text!': plain(150) }),
  context: object({ 'elements!': list(10, typed({ plain_text: text(3000), mrkdwn: text(3000), image })) }),
  actions: object({ 'elements!': list(25, typed(acting)) }),
  divider: object({}),
  image: object({ 'alt_text!': string(2000), title: plain(2000) }),
  rich_text: object({ 'elements!': list(1000, anything, 0) }),
};
const { button: _button, overflow: _overflow, ...selecting } = acting;
const input = object({ 'label!': plain(2000), hint: plain(2000), 'element!': typed({ ...selecting, ...typing }) });

const messageBlocks: Record<string, Rule> = {
  ...anywhere,
  input,
  markdown: object({ 'text!': string(12_000) }),
  table: object({ 'rows!': list(100, list(20, cell)) }),
  data_table: object({ 'caption!': anything }),
  data_visualization: object({ 'title!': string(50) }),
  file: object({}),
};
const viewBlocks: Record<string, Rule> = { ...anywhere, input, alert: anything };

const view: Shape = {
  callback_id: string(255, 0),
  private_metadata: string(3000, 0),
  external_id: string(255, 0),
  'blocks!': list(100, typed(viewBlocks), 0),
};
const modal = object({ ...view, 'title!': plain(24), submit: plain(24), close: plain(24) });
const home = object(view);

const blockId = list(100, object({ block_id: string(255, 0) }), 0);

/** Complaints about a message's blocks; none means that Slack takes it. */
export function messageComplaints(blocks: unknown): string[] {
  const tables = Array.isArray(blocks) ? blocks.filter((block) => isObject(block) && block.type === 'table') : [];
  const twice = tables.length > 1 ? complain('only one table block is allowed', '/blocks') : [];
  return [...list(50, typed(messageBlocks), 0)(blocks, '/blocks'), ...blockIdComplaints(blocks, '/blocks'), ...twice];
}

/** Complaints about a view, its 250 KB included; an input needs a submit button. */
export function viewComplaints(value: unknown): string[] {
  const size =
    Buffer.byteLength(JSON.stringify(value)) > 250_000 ? complain('view is larger than 250 KB', '/view') : [];
  if (!isObject(value)) return complain('must be an object', '/view');
  const complaints = typed({ modal, home })(value, '/view');
  const blocks = Array.isArray(value.blocks) ? value.blocks : [];
  const inputs = blocks.some((block) => isObject(block) && block.type === 'input');
  const unsubmitted = inputs && value.type === 'modal' && value.submit === undefined;
  const missing = unsubmitted ? complain('missing required field: submit', '/view') : [];
  return [...size, ...complaints, ...blockIdComplaints(blocks, '/view/blocks'), ...missing];
}

function blockIdComplaints(blocks: unknown, path: string): string[] {
  if (!Array.isArray(blocks)) return [];
  const ids = blocks.map((block) => (isObject(block) ? block.block_id : undefined)).filter(Boolean);
  const twice = new Set(ids).size === ids.length ? [] : complain('block_id must be unique', path);
  return [...blockId(blocks, path), ...twice];
}
