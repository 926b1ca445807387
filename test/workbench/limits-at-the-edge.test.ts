import { expect, test } from 'vitest';
import { messageComplaints, viewComplaints } from '../../workbench/slack/complaints.ts';

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number) => ({ ...plain(length), type: 'mrkdwn' });
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const option = (n: number) => ({ text: plain(1), value: `${n}` });
const button = (more: object) => [{ type: 'actions', elements: [{ type: 'button', text: plain(1), ...more }] }];
const confirm = (more: object) => {
  const whole = { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1), ...more };
  return button({ confirm: whole });
};
const accessory = (element: object) => [{ type: 'section', text: plain(1), accessory: element }];
const words = (element: object) => [
  { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] },
];
const chart = (chart: object, title = 'T') => [{ type: 'data_visualization', title, chart }];
const named = (n: number, length: number) => `${n}`.padEnd(length, 'x');
const bars = (series: number, points: number, label = 1, more: object = {}) => {
  const data = many(points, (n) => ({ label: named(n, label), value: n }));
  const axis_config = { categories: data.slice(0, 20).map((point) => point.label), ...more };
  return chart({ type: 'bar', series: many(series, (n) => ({ name: named(n, label), data })), axis_config });
};
const axes = (categories: number) =>
  bars(1, Math.min(categories, 20), 1, { categories: many(categories, (n) => `${n}`) });
const slices = (count: number) => chart({ type: 'pie', segments: many(count, () => ({ label: 'x', value: 1 })) });
const image = { type: 'image', image_url: 'https://slack.example/a.png', alt_text: 'A' };

test.each<[string, number, (size: number) => object[]]>([
  ['characters of a header', 150, (n) => [{ type: 'header', text: plain(n) }]],
  ['characters of a section', 3000, (n) => [{ type: 'section', text: mrkdwn(n) }]],
  ['characters of a field', 2000, (n) => [{ type: 'section', fields: [plain(n)] }]],
  ['fields', 10, (n) => [{ type: 'section', fields: many(n, () => plain(1)) }]],
  ['elements of a context', 10, (n) => [{ type: 'context', elements: many(n, () => plain(1)) }]],
  ['characters of a context', 3000, (n) => [{ type: 'context', elements: [plain(n)] }]],
  ['characters of a context in mrkdwn', 3000, (n) => [{ type: 'context', elements: [mrkdwn(n)] }]],
  [
    'elements in a row',
    25,
    (n) => [{ type: 'actions', elements: many(n, () => ({ type: 'button', text: plain(1) })) }],
  ],
  ['characters of a block id', 255, (n) => [{ type: 'divider', block_id: 'x'.repeat(n) }]],
  ['characters of an action id', 255, (n) => button({ action_id: 'x'.repeat(n) })],
  ['characters on a button', 75, (n) => button({ text: plain(n) })],
  ['characters of a button’s value', 2000, (n) => button({ value: 'x'.repeat(n) })],
  ['characters of a button’s address', 3000, (n) => button({ url: 'x'.repeat(n) })],
  ['characters for those who listen', 75, (n) => button({ accessibility_label: 'x'.repeat(n) })],
  ['characters of a dialog’s title', 100, (n) => confirm({ title: plain(n) })],
  ['characters of a dialog', 300, (n) => confirm({ text: mrkdwn(n) })],
  ['characters of a dialog’s yes', 30, (n) => confirm({ confirm: plain(n) })],
  ['characters of a dialog’s no', 30, (n) => confirm({ deny: plain(n) })],
  ['options', 100, (n) => accessory({ type: 'static_select', options: many(n, option) })],
  [
    'groups of options',
    100,
    (n) =>
      accessory({ type: 'static_select', option_groups: many(n, () => ({ label: plain(1), options: [option(1)] })) }),
  ],
  [
    'characters of a group’s label',
    75,
    (n) => accessory({ type: 'static_select', option_groups: [{ label: plain(n), options: [option(1)] }] }),
  ],
  [
    'characters of an option',
    75,
    (n) => accessory({ type: 'static_select', options: [{ ...option(1), text: plain(n) }] }),
  ],
  [
    'characters of an option’s value',
    150,
    (n) => accessory({ type: 'static_select', options: [{ ...option(1), value: 'x'.repeat(n) }] }),
  ],
  [
    'characters of an option’s description',
    75,
    (n) => accessory({ type: 'static_select', options: [{ ...option(1), description: plain(n) }] }),
  ],
  ['characters of a placeholder', 150, (n) => accessory({ type: 'external_select', placeholder: plain(n) })],
  ['options of an overflow menu', 5, (n) => accessory({ type: 'overflow', options: many(n, option) })],
  ['radio buttons', 10, (n) => accessory({ type: 'radio_buttons', options: many(n, option) })],
  [
    'characters beside a checkbox',
    75,
    (n) => accessory({ type: 'checkboxes', options: [{ ...option(1), text: mrkdwn(n) }] }),
  ],
  [
    'characters under a checkbox',
    75,
    (n) => accessory({ type: 'checkboxes', options: [{ ...option(1), description: mrkdwn(n) }] }),
  ],
  [
    'characters of a checkbox’s value',
    150,
    (n) => accessory({ type: 'checkboxes', options: [{ ...option(1), value: 'x'.repeat(n) }] }),
  ],
  [
    'columns of a sorted table',
    20,
    (n) => [
      { type: 'data_table', caption: 'C', rows: many(2, () => many(n, () => ({ type: 'raw_text', text: 'x' }))) },
    ],
  ],
  ['checkboxes', 10, (n) => accessory({ type: 'checkboxes', options: many(n, option) })],
  ['characters of an image’s description', 2000, (n) => [{ ...image, alt_text: 'x'.repeat(n) }]],
  ['characters of an image’s title', 2000, (n) => [{ ...image, title: plain(n) }]],
  ['characters of an image’s address', 3000, (n) => [{ ...image, image_url: 'x'.repeat(n) }]],
  ['characters of a link', 3000, (n) => words({ type: 'link', url: 'x'.repeat(n) })],
  [
    'steps of indentation',
    8,
    (n) => [
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'bullet',
            indent: n,
            elements: [{ type: 'rich_text_section', elements: [] }],
          },
        ],
      },
    ],
  ],
  ['characters of markdown', 12_000, (n) => [{ type: 'markdown', text: 'x'.repeat(n) }]],
  ['rows of a table', 100, (n) => [{ type: 'table', rows: many(n, () => [{ type: 'raw_text', text: 'x' }]) }]],
  ['columns of a table', 20, (n) => [{ type: 'table', rows: [many(n, () => ({ type: 'raw_text', text: 'x' }))] }]],
  [
    'settings of columns',
    20,
    (n) => [
      {
        type: 'table',
        rows: [[{ type: 'raw_text', text: 'x' }]],
        column_settings: many(n, () => ({ is_wrapped: true })),
      },
    ],
  ],
  ['characters in a table', 10_000, (n) => [{ type: 'table', rows: [[{ type: 'raw_text', text: 'x'.repeat(n) }]] }]],
  [
    'rows of a sorted table',
    101,
    (n) => [{ type: 'data_table', caption: 'C', rows: many(n, () => [{ type: 'raw_text', text: 'x' }]) }],
  ],
  [
    'characters of a chart’s title',
    50,
    (n) => chart({ type: 'pie', segments: [{ label: 'x', value: 1 }] }, 'x'.repeat(n)),
  ],
  ['slices', 6, slices],
  ['series', 6, (n) => bars(n, 1)],
  ['points', 20, (n) => bars(1, n)],
  ['categories', 20, axes],
  ['characters of a chart’s label', 20, (n) => bars(1, 1, n)],
  ['characters below a chart', 50, (n) => bars(1, 1, 1, { x_label: 'x'.repeat(n) })],
  ['characters beside a chart', 50, (n) => bars(1, 1, 1, { y_label: 'x'.repeat(n) })],
  ['charts', 2, (n) => many(n, () => slices(1)[0] as object)],
  ['tables', 1, (n) => many(n, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }))],
  ['blocks', 50, (n) => many(n, () => ({ type: 'divider' }))],
])('a message takes as many %s as %i and not one more', (_, most, make) => {
  expect(messageComplaints(make(most))).toEqual([]);
  expect(messageComplaints(make(most + 1))).not.toEqual([]);
});

const modal = (more: object) => ({ type: 'modal', title: plain(1), submit: plain(1), blocks: [], ...more });
const input = (element: object, more: object = {}) =>
  modal({ blocks: [{ type: 'input', label: plain(1), element, ...more }] });
const typed = (more: object) => input({ type: 'plain_text_input', ...more });

test.each<[string, number, (size: number) => object]>([
  ['characters of a title', 24, (n) => modal({ title: plain(n) })],
  ['characters of its submit button', 24, (n) => modal({ submit: plain(n) })],
  ['characters of its close button', 24, (n) => modal({ close: plain(n) })],
  ['characters of a callback id', 255, (n) => modal({ callback_id: 'x'.repeat(n) })],
  ['characters of an external id', 255, (n) => modal({ external_id: 'x'.repeat(n) })],
  ['characters of private metadata', 3000, (n) => modal({ private_metadata: 'x'.repeat(n) })],
  ['blocks', 100, (n) => modal({ blocks: many(n, () => ({ type: 'divider' })) })],
  ['characters of a label', 2000, (n) => input({ type: 'plain_text_input' }, { label: plain(n) })],
  ['characters of a hint', 2000, (n) => input({ type: 'plain_text_input' }, { hint: plain(n) })],
  ['characters filled in at first', 3000, (n) => typed({ initial_value: 'x'.repeat(n) })],
  ['characters to ask for', 3000, (n) => typed({ max_length: n })],
  ['characters to ask for at least', 3000, (n) => typed({ min_length: n })],
  ['files', 10, (n) => input({ type: 'file_input', max_files: n })],
  ['characters of an alert', 3000, (n) => modal({ blocks: [{ type: 'alert', text: plain(n) }] })],
])('a form takes as many %s as %i and not one more', (_, most, make) => {
  expect(viewComplaints(make(most))).toEqual([]);
  expect(viewComplaints(make(most + 1))).not.toEqual([]);
});
