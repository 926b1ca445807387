import { expect, test } from 'vitest';
import { messageComplaints } from '../../workbench/slack/complaints.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value = 'v') => ({ text: plain('Option'), value });
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const button = { type: 'button', text: plain('Go') };
const actions = (...elements: object[]) => [{ type: 'actions', elements }];
const section = (more: object) => [{ type: 'section', text: plain('x'), ...more }];
const select = (more: object) => section({ accessory: { type: 'static_select', ...more } });
const rich = (...elements: object[]) => [{ type: 'rich_text', elements }];
const words = (...elements: object[]) => rich({ type: 'rich_text_section', elements });
const cell = (text: string) => ({ type: 'raw_text', text });
const table = (rows: object[][], more: object = {}) => [{ type: 'table', rows, ...more }];
const dataTable = (rows: object[][], more: object = {}) => [{ type: 'data_table', caption: 'C', rows, ...more }];
const chart = (more: object) => ({
  type: 'data_visualization',
  title: 'T',
  chart: { type: 'pie', segments: [] },
  ...more,
});
const pie = (count: number) =>
  chart({ chart: { type: 'pie', segments: many(count, (n) => ({ label: `${n}`, value: n })) } });
const bars = (labels: number) => {
  const data = many(labels, (n) => ({ label: `${n}`, value: n }));
  const axis_config = { categories: data.map(({ label }) => label) };
  return chart({ chart: { type: 'bar', series: [{ name: 'Runs', data }], axis_config } });
};
/** Lines over the categories 1 and 2, by name. */
const lines = (...named: Record<string, string[]>[]) => {
  const all = named.flatMap((one) => Object.entries(one));
  const series = all.map(([name, labels]) => ({ name, data: labels.map((label) => ({ label, value: 1 })) }));
  return chart({ chart: { type: 'line', series, axis_config: { categories: ['1', '2'] } } });
};

test.each<[string, unknown[]]>([
  ['every kind of word', words({ type: 'text', text: 'x', style: { bold: true } }, { type: 'user', user_id: 'U1' })],
  [
    'a list of words',
    rich({ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'rich_text_section', elements: [] }] }),
  ],
  [
    'options in groups',
    select({ option_groups: [{ label: plain('G'), options: [option()] }], initial_option: option() }),
  ],
  ['a table of 10,000 characters', table([[cell('x'.repeat(10_000))]], { column_settings: [{ is_wrapped: true }] })],
  ['a sorted table', dataTable([[cell('A')], [{ type: 'raw_number', value: 1, text: '1' }]], { page_size: 10 })],
  ['two charts', [pie(6), bars(20)]],
  ['markdown of 12,000 characters', [{ type: 'markdown', text: 'x'.repeat(12_000) }]],
])('in a message, %s is taken', (_, blocks) => expect(messageComplaints(blocks)).toEqual([]));

test.each<[string, unknown[], string]>([
  ['a section with nothing', [{ type: 'section' }], 'must have one of: text, fields'],
  ['a property that Slack has not', [{ type: 'divider', colour: 'red' }], 'invalid additional property: colour'],
  ['a long field', [{ type: 'section', fields: [plain('x'.repeat(2001))] }], '/blocks/0/fields/0/text'],
  ['a style of one’s own', actions({ ...button, style: 'warning' }), 'must be one of: primary, danger'],
  ['an address too long', actions({ ...button, url: 'x'.repeat(3001) }), '/elements/0/url'],
  [
    'one action id twice',
    actions({ ...button, action_id: 'a' }, { ...button, action_id: 'a' }),
    'must be unique within its block',
  ],
  ['a long block id', [{ type: 'divider', block_id: 'x'.repeat(256) }], '/blocks/0/block_id'],
  ['a long action id', actions({ ...button, action_id: 'x'.repeat(256) }), '/elements/0/action_id'],
  [
    'a long confirm text',
    actions({
      ...button,
      confirm: { title: plain('T'), text: plain('x'.repeat(301)), confirm: plain('Y'), deny: plain('N') },
    }),
    '/confirm/text/text',
  ],
  [
    'a long confirm title',
    actions({
      ...button,
      confirm: { title: plain('x'.repeat(101)), text: plain('T'), confirm: plain('Y'), deny: plain('N') },
    }),
    '/confirm/title/text',
  ],
  [
    'a long confirm button',
    actions({
      ...button,
      confirm: { title: plain('T'), text: plain('T'), confirm: plain('x'.repeat(31)), deny: plain('N') },
    }),
    '/confirm/confirm/text',
  ],
  ['a select with nothing', select({}), 'must have exactly one of: options, option_groups'],
  [
    'a select with both',
    select({ options: [option()], option_groups: [{ label: plain('G'), options: [option()] }] }),
    'must have exactly one of',
  ],
  ['101 options', select({ options: many(101, (n) => option(`${n}`)) }), 'no more than 100'],
  ['a long option', select({ options: [{ text: plain('x'.repeat(76)), value: 'v' }] }), '/options/0/text/text'],
  ['an option without a value', select({ options: [{ text: plain('x') }] }), 'missing required field: value'],
  [
    'a first choice that is not on offer',
    select({ options: [option('a')], initial_option: option('b') }),
    'must be among the options',
  ],
  ['a long placeholder', select({ options: [option()], placeholder: plain('x'.repeat(151)) }), '/placeholder/text'],
  [
    '11 radio buttons',
    section({ accessory: { type: 'radio_buttons', options: many(11, (n) => option(`${n}`)) } }),
    'no more than 10',
  ],
  ['a date in words', section({ accessory: { type: 'datepicker', initial_date: '1 Jan 2027' } }), 'YYYY-MM-DD'],
  ['an image from nowhere', [{ type: 'image', alt_text: 'A' }], 'must have exactly one of: image_url, slack_file'],
  [
    'an empty word',
    words({ type: 'text', text: '' }),
    'must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]',
  ],
  ['a word of no kind', words({ type: 'shout', text: 'x' }), 'unsupported type: shout'],
  [
    'a mark of one’s own',
    words({ type: 'text', text: 'x', style: { loud: true } }),
    'invalid additional property: loud',
  ],
  [
    'a list with no style',
    rich({ type: 'rich_text_list', elements: [{ type: 'rich_text_section', elements: [] }] }),
    'missing required field: style',
  ],
  ['an empty cell', table([[cell('')]]), 'must be more than 0 characters'],
  ['101 rows', table(many(101, () => [cell('x')])), 'no more than 100 items allowed [json-pointer:/blocks/0/rows]'],
  [
    '10,001 characters in a table',
    table([[cell('x'.repeat(5000)), cell('x'.repeat(5001))]]),
    'all tables must be less than 10001',
  ],
  [
    'a sorted table without a caption',
    dataTable([[cell('A')], [cell('1')]], { caption: undefined }),
    'missing required field: caption',
  ],
  ['a sorted table of a header only', dataTable([[cell('A')]]), 'must have at least 2 items'],
  ['a sorted table of 101 rows and a header', dataTable(many(102, () => [cell('x')])), 'no more than 101'],
  ['a ragged sorted table', dataTable([[cell('A')], [cell('1'), cell('2')]]), 'the same length'],
  ['a page of 101', dataTable([[cell('A')], [cell('1')]], { page_size: 101 }), 'must be at most 100'],
  ['a chart without anything', [chart({})], 'must have at least 1 item [json-pointer:/blocks/0/chart/segments]'],
  ['a long chart title', [{ ...pie(1), title: 'x'.repeat(51) }], '/blocks/0/title'],
  ['7 slices', [pie(7)], 'no more than 6'],
  ['21 points', [bars(21)], 'no more than 20'],
  ['three charts', [pie(1), pie(1), pie(1)], 'only two data_visualization'],
  ['a line with a gap', [lines({ A: ['1'], B: [] })], 'must match the categories'],
  ['a point outside the axis', [lines({ A: ['1', '3'] })], 'must match the categories'],
  ['two lines of one name', [lines({ A: ['1', '2'] }, { A: ['1', '2'] })], 'series names must be unique'],
  [
    'markdown of 12,001 characters in two',
    many(2, () => ({ type: 'markdown', text: 'x'.repeat(6001) })),
    'all markdown',
  ],
  [
    'a file input',
    [{ type: 'input', label: plain('L'), element: { type: 'file_input' } }],
    'unsupported type: file_input',
  ],
])('in a message, %s is refused', (_, blocks, complaint) => {
  expect(messageComplaints(blocks).join('\n')).toContain(complaint);
});
