import { fileInput, filling, id, link, plain, pressing, selecting, text } from './limits-elements.ts';
import { also, eitherOf, flag, list, number, object, oneOf, type Rule, type Shape, string, typed } from './rule.ts';

/**
 * What Slack refuses, as its reference says: https://docs.slack.dev/reference/block-kit/blocks (one page a block),
 * https://docs.slack.dev/reference/block-kit/block-elements, https://docs.slack.dev/reference/block-kit/composition-objects
 * and https://docs.slack.dev/reference/views. Here are blocks and views; elements stand in limits-elements.ts, what holds
 * across a message or a view in complaints.ts, how fast an app may call in rates.ts. A block that is not here is refused,
 * though Slack may have it: add it. Bounds that Slack does not publish (in rich text, of numbers) are wide.
 */

// Rich text
const marks = object({
  bold: flag,
  code: flag,
  italic: flag,
  strike: flag,
  underline: flag,
  highlight: flag,
  unlink: flag,
});
const words: Record<string, Rule> = {
  text: object({ 'text!': string(12_000), style: marks }),
  link: object({ 'url!': link, text: string(3000), unsafe: flag, style: marks }),
  emoji: object({ 'name!': string(100), unicode: string(100), style: marks }),
  user: object({ 'user_id!': id, style: marks }),
  usergroup: object({ 'usergroup_id!': id, style: marks }),
  channel: object({ 'channel_id!': id, style: marks }),
  date: object({
    'timestamp!': number(0, 1e11),
    'format!': string(255),
    url: link,
    fallback: string(255),
    style: marks,
  }),
  broadcast: object({ 'range!': oneOf('here', 'channel', 'everyone'), style: marks }),
};
const line = list(1000, typed(words), 0);
const section = object({ 'elements!': line });
const bordered = object({ 'elements!': line, border: oneOf(0, 1) });
const richText: Record<string, Rule> = {
  rich_text_section: section,
  rich_text_quote: bordered,
  rich_text_preformatted: object({ 'elements!': line, border: oneOf(0, 1), language: string(50) }),
  rich_text_list: object({
    'elements!': list(1000, typed({ rich_text_section: section })),
    'style!': oneOf('bullet', 'ordered'),
    indent: number(0, 8),
    offset: number(0, 1e6),
    border: oneOf(0, 1),
  }),
};

/** Rules of each block by the surfaces that take it. `block_id` is theirs all. */
const block = (shape: Shape) => object({ block_id: string(255, 0), ...shape });
const image = { image_url: link, slack_file: object({ id, url: link }), 'alt_text!': string(2000) };
const imageElement = eitherOf(object(image), 'image_url', 'slack_file');
const input = (elements: Record<string, Rule>) =>
  block({
    'label!': plain(2000),
    'element!': typed(elements),
    hint: plain(2000),
    optional: flag,
    dispatch_action: flag,
  });
const sectionBlock = block({
  text: text(3000),
  fields: list(10, text(2000)),
  accessory: typed({ ...selecting, ...pressing, image: imageElement }),
  expand: flag,
});
const anywhere: Record<string, Rule> = {
  section: also(sectionBlock, (value) => !value.text && !value.fields && 'must have one of: text, fields'),
  header: block({ 'text!': plain(150), level: number(1, 6) }),
  context: block({
    'elements!': list(10, typed({ plain_text: plain(3000), mrkdwn: text(3000), image: imageElement })),
  }),
  actions: block({ 'elements!': list(25, typed({ ...selecting, ...pressing })) }),
  divider: block({}),
  image: eitherOf(block({ ...image, title: plain(2000) }), 'image_url', 'slack_file'),
  rich_text: block({ 'elements!': list(1000, typed(richText)) }),
};
const richCell = object({ 'elements!': list(1000, typed(richText)), block_id: string(255, 0) });
const cells = {
  raw_text: object({ 'text!': string(10_000) }),
  raw_number: object({ 'value!': number(-1e15, 1e15), 'text!': string(10_000) }),
};
const label = string(20);
const points = list(20, object({ 'label!': label, 'value!': number(-1e15, 1e15) }));
const axes = object({ 'categories!': list(20, label), x_label: string(50), y_label: string(50) });
const lines = object({ 'series!': list(6, object({ 'name!': label, 'data!': points })), 'axis_config!': axes });
const pie = object({ 'segments!': list(6, object({ 'label!': label, 'value!': number(0, 1e15) })) });

export const messageBlocks: Record<string, Rule> = {
  ...anywhere,
  input: input(filling),
  markdown: block({ 'text!': string(12_000) }),
  table: block({
    'rows!': list(100, list(20, typed({ ...cells, rich_text: richCell }))),
    column_settings: list(20, object({ align: oneOf('left', 'center', 'right'), is_wrapped: flag })),
  }),
  data_table: block({
    'rows!': list(101, list(20, typed({ ...cells, rich_text: richCell })), 2),
    'caption!': string(3000),
    page_size: number(1, 100),
    row_header_column_index: number(0, 19),
  }),
  data_visualization: block({
    'title!': string(50),
    'chart!': typed({ line: lines, bar: lines, area: lines, pie }),
  }),
  file: block({ 'external_id!': id, 'source!': oneOf('remote') }),
};
const homeBlocks: Record<string, Rule> = { ...anywhere, input: input(filling) };
const modalBlocks: Record<string, Rule> = {
  ...anywhere,
  input: input({ ...filling, file_input: fileInput }),
  alert: block({ 'text!': text(3000), level: oneOf('default', 'info', 'warning', 'error', 'success') }),
};

const view = (blocks: Record<string, Rule>): Shape => ({
  callback_id: string(255, 0),
  private_metadata: string(3000, 0),
  external_id: string(255, 0),
  'blocks!': list(100, typed(blocks), 0),
});
export const views: Record<string, Rule> = {
  modal: object({
    ...view(modalBlocks),
    'title!': plain(24),
    submit: plain(24),
    close: plain(24),
    clear_on_close: flag,
    notify_on_close: flag,
    submit_disabled: flag,
  }),
  home: object(view(homeBlocks)),
};
