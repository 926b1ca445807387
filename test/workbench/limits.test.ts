import { expect, test } from 'vitest';
import { messageComplaints, viewComplaints } from '../../workbench/slack/complaints.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const long = (length: number) => plain('x'.repeat(length));
const option = (value = 'v') => ({ text: plain('Option'), value });
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const button = { type: 'button', action_id: 'a', text: plain('Go') };
const modal = (more: object) => ({ type: 'modal', title: plain('Title'), submit: plain('Go'), blocks: [], ...more });
const input = (element: object) => ({ type: 'input', label: plain('Label'), element });
const cells = (rows: number, columns: number) =>
  many(rows, () => many(columns, () => ({ type: 'raw_text', text: '1' })));
const table = (rows: number, columns: number) => ({ type: 'table', rows: cells(rows, columns) });

const withinLimits: [string, unknown[]][] = [
  ['no blocks', []],
  ['50 blocks', many(50, () => ({ type: 'divider' }))],
  ['a section of 3,000 characters', [{ type: 'section', text: long(3000) }]],
  ['25 buttons in a row', [{ type: 'actions', elements: many(25, (n) => ({ ...button, action_id: `${n}` })) }]],
  ['a table of 100 by 20', [table(100, 20)]],
];
test.each(withinLimits)('%s are taken', (_, blocks) => expect(messageComplaints(blocks)).toEqual([]));

const refused: [string, unknown[], string][] = [
  ['51 blocks', many(51, () => ({ type: 'divider' })), 'no more than 50 items allowed [json-pointer:/blocks]'],
  ['a long section', [{ type: 'section', text: long(3001) }], 'characters [json-pointer:/blocks/0/text/text]'],
  ['an empty text', [{ type: 'section', text: plain('') }], 'must be more than 0 characters'],
  ['11 fields', [{ type: 'section', fields: many(11, () => plain('x')) }], 'no more than 10 items'],
  ['a long header', [{ type: 'header', text: long(151) }], 'must be less than 151 characters'],
  ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], 'unsupported type: mrkdwn'],
  ['26 elements', [{ type: 'actions', elements: many(26, () => button) }], 'no more than 25 items'],
  ['a long label', [{ type: 'actions', elements: [{ ...button, text: long(76) }] }], '/blocks/0/elements/0/text/text'],
  ['a long value', [{ type: 'actions', elements: [{ ...button, value: 'x'.repeat(2001) }] }], 'elements/0/value'],
  ['an input in a row', [{ type: 'actions', elements: [{ type: 'plain_text_input' }] }], 'unsupported type'],
  [
    '6 overflow options',
    [{ type: 'section', text: plain('x'), accessory: { type: 'overflow', options: many(6, () => option()) } }],
    'no more than 5',
  ],
  ['11 in a context', [{ type: 'context', elements: many(11, () => plain('x')) }], 'no more than 10 items'],
  ['two tables', [table(1, 1), table(1, 1)], 'only one table'],
  ['21 columns', [table(1, 21)], 'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]'],
  [
    'one block_id twice',
    [
      { type: 'divider', block_id: 'b' },
      { type: 'divider', block_id: 'b' },
    ],
    'must be unique',
  ],
  ['an alert', [{ type: 'alert' }], 'unsupported type: alert'],
  [
    'a confirm dialog without a title',
    [
      {
        type: 'actions',
        elements: [{ ...button, confirm: { text: plain('x'), confirm: plain('y'), deny: plain('n') } }],
      },
    ],
    'missing required field: title',
  ],
];
test.each(refused)('in a message, %s is refused', (_, blocks, complaint) => {
  expect(messageComplaints(blocks).join('\n')).toContain(complaint);
});

const refusedViews: [string, object, string][] = [
  ['a long title', { title: long(25) }, '[json-pointer:/view/title/text]'],
  ['a long submit', { submit: long(25) }, '[json-pointer:/view/submit/text]'],
  ['much private metadata', { private_metadata: 'x'.repeat(3001) }, '/view/private_metadata'],
  ['101 blocks', { blocks: many(101, () => ({ type: 'divider' })) }, 'no more than 100 items'],
  [
    'an input without a submit',
    { submit: undefined, blocks: [input({ type: 'datepicker' })] },
    'required field: submit',
  ],
  [
    '101 options',
    { blocks: [input({ type: 'static_select', options: many(101, (n) => option(`${n}`)) })] },
    'no more than 100',
  ],
  [
    'a long option value',
    { blocks: [input({ type: 'static_select', options: [option('x'.repeat(151))] })] },
    'options/0/value',
  ],
  [
    '11 checkboxes',
    { blocks: [input({ type: 'checkboxes', options: many(11, (n) => option(`${n}`)) })] },
    'no more than 10',
  ],
  ['markdown', { blocks: [{ type: 'markdown', text: 'x' }] }, 'unsupported type: markdown'],
  ['more than 250 KB', { blocks: many(90, () => ({ type: 'section', text: long(3000) })) }, 'larger than 250 KB'],
];
test.each(refusedViews)('in a view, %s is refused', (_, more, complaint) => {
  expect(viewComplaints(modal(more)).join('\n')).toContain(complaint);
});
