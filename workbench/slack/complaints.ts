import { messageBlocks, views } from './limits.ts';
import { option, optionGroup } from './limits-elements.ts';
import { complain, eitherOf, isObject, list, object, type Rule, typed } from './rule.ts';

const VIEW_BYTES = 250_000;
/** Across a message: https://docs.slack.dev/reference/block-kit/blocks/table-block and .../markdown-block */
const TABLE_CHARACTERS = 10_000;
const MARKDOWN_CHARACTERS = 12_000;
const MOST_TABLES = 1;
const MOST_CHARTS = 2;

type Things = Record<string, unknown>[];

/** Complaints about a message's blocks; none means that Slack takes them. */
export function messageComplaints(blocks: unknown): string[] {
  const path = '/blocks';
  const all = objects(blocks);
  const tables = ofType(all, 'table');
  return [
    ...list(50, typed(messageBlocks), 0)(blocks, path),
    ...nameComplaints(all, path),
    ...most(tables, MOST_TABLES, 'only one table block is allowed'),
    ...most(ofType(all, 'data_visualization'), MOST_CHARTS, 'only two data_visualization blocks are allowed'),
    ...tooLong(textsIn(tables), TABLE_CHARACTERS, 'the text of all tables'),
    ...tooLong(
      ofType(all, 'markdown').map((one) => String(one.text)),
      MARKDOWN_CHARACTERS,
      'all markdown',
    ),
    ...ofType(all, 'data_table').flatMap(dataTableComplaints),
    ...ofType(all, 'data_visualization').flatMap(chartComplaints),
    ...focusComplaints(all, path),
  ];
}

/** Complaints about a view, its 250 KB included; an input needs a submit button. */
export function viewComplaints(value: unknown): string[] {
  if (!isObject(value)) return complain('must be an object', '/view');
  const path = '/view/blocks';
  const blocks = objects(value.blocks);
  const isTooLarge = Buffer.byteLength(JSON.stringify(value)) > VIEW_BYTES;
  const isUnsubmitted = value.type === 'modal' && ofType(blocks, 'input').length > 0 && value.submit === undefined;
  return [
    ...(isTooLarge ? complain('view is larger than 250 KB', '/view') : []),
    ...typed(views)(value, '/view'),
    ...nameComplaints(blocks, path),
    ...focusComplaints(blocks, path),
    ...(isUnsubmitted ? complain('missing required field: submit', '/view') : []),
  ];
}

const options: Rule = eitherOf(
  object({ options: list(100, option, 0), option_groups: list(100, optionGroup, 0) }),
  'options',
  'option_groups',
);

/** Complaints about what a searching select was answered. */
export function optionsComplaints(answer: unknown): string[] {
  return options(answer, '');
}

/** Names are unique: blocks within their surface, elements within their block. */
function nameComplaints(blocks: Things, path: string): string[] {
  const twice = isRepeated(blocks.map(({ block_id }) => block_id)) ? complain('block_id must be unique', path) : [];
  const within = blocks.flatMap(({ elements }, index) => {
    const isTwice = isRepeated(objects(elements).map(({ action_id }) => action_id));
    return isTwice ? complain('action_id must be unique within its block', `${path}/${index}/elements`) : [];
  });
  return [...twice, ...within];
}

function isRepeated(names: unknown[]): boolean {
  const given = names.filter(Boolean);
  return new Set(given).size !== given.length;
}

function focusComplaints(blocks: Things, path: string): string[] {
  const elements = blocks.flatMap(({ element, accessory, elements: all }) => objects([element, accessory, all].flat()));
  return most(
    elements.filter(({ focus_on_load }) => focus_on_load === true),
    1,
    'only one element may have focus_on_load',
    path,
  );
}

/** The header takes no rich text, and every row is as wide. */
function dataTableComplaints({ rows }: Record<string, unknown>): string[] {
  const lines = (Array.isArray(rows) ? rows : []).filter(Array.isArray);
  const widths = new Set(lines.map((line) => line.length));
  const isRich = objects(lines[0]).some(({ type }) => type === 'rich_text');
  return [
    ...(widths.size > 1 ? complain('every row of a data_table must have the same length', '/blocks') : []),
    ...(isRich ? complain('unsupported type: rich_text in the header of a data_table', '/blocks') : []),
  ];
}

/** Every series has one point for each category, and a name of its own. */
function chartComplaints({ chart }: Record<string, unknown>): string[] {
  if (!isObject(chart) || !isObject(chart.axis_config)) return [];
  const series = objects(chart.series);
  const categories = [chart.axis_config.categories ?? []].flat();
  const areMatched = series.every(({ data }) => {
    const labels = new Set(objects(data).map(({ label }) => label));
    return labels.size === new Set(categories).size && categories.every((category) => labels.has(category));
  });
  return [
    ...(areMatched ? [] : complain('data point labels must match the categories of axis_config', '/blocks')),
    ...(isRepeated(series.map(({ name }) => name)) ? complain('series names must be unique', '/blocks') : []),
  ];
}

function most(things: unknown[], max: number, complaint: string, path = '/blocks'): string[] {
  return things.length > max ? complain(complaint, path) : [];
}

function tooLong(texts: string[], max: number, what: string): string[] {
  const length = texts.reduce((sum, one) => sum + one.length, 0);
  return length > max ? complain(`${what} must be less than ${max + 1} characters`, '/blocks') : [];
}

/** Every `text` that is a string, however deep. */
function textsIn(thing: unknown): string[] {
  if (Array.isArray(thing)) return thing.flatMap(textsIn);
  if (!isObject(thing)) return [];
  return Object.entries(thing).flatMap(([name, value]) =>
    name === 'text' && typeof value === 'string' ? [value] : textsIn(value),
  );
}

function objects(list: unknown): Things {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function ofType(blocks: Things, type: string): Things {
  return blocks.filter((block) => block.type === type);
}
