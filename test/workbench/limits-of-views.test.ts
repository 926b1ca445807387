import { expect, test } from 'vitest';
import { optionsComplaints, viewComplaints } from '../../workbench/slack/complaints.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value = 'v') => ({ text: plain('Option'), value });
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const button = { type: 'button', text: plain('Go') };
const cell = (text: string) => ({ type: 'raw_text', text });
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain('L'), element, ...more });
const modal = (...blocks: object[]) => ({ type: 'modal', title: plain('T'), submit: plain('Go'), blocks });
const typed = (more: object) => modal(input({ type: 'plain_text_input', ...more }));

test.each<[string, unknown, string]>([
  ['a long callback id', { ...modal(), callback_id: 'x'.repeat(256) }, '/view/callback_id'],
  ['a long submit button', { ...modal(), submit: plain('x'.repeat(25)) }, '/view/submit/text'],
  ['a long close button', { ...modal(), close: plain('x'.repeat(25)) }, '/view/close/text'],
  ['11 files', modal(input({ type: 'file_input', max_files: 11 })), 'must be at most 10'],
  ['a text longer than it may be', typed({ max_length: 3, initial_value: 'long' }), 'initial_value must not be longer'],
  ['more than 3,000 characters', typed({ max_length: 3001 }), 'must be at most 3000'],
  ['at least more than at most', typed({ min_length: 5, max_length: 3 }), 'min_length must not be greater'],
  ['a number of no kind', modal(input({ type: 'number_input' })), 'missing required field: is_decimal_allowed'],
  [
    'two that want the focus',
    modal(...many(2, () => input({ type: 'plain_text_input', focus_on_load: true }))),
    'only one element',
  ],
  ['a button as an input', modal(input(button)), 'unsupported type: button'],
  ['a table', modal({ type: 'table', rows: [[cell('x')]] }), 'unsupported type: table'],
  ['a long hint', modal(input({ type: 'plain_text_input' }, { hint: plain('x'.repeat(2001)) })), '/hint/text'],
  ['a title on a home tab', { type: 'home', title: plain('T'), blocks: [] }, 'invalid additional property: title'],
  [
    'an alert on a home tab',
    { type: 'home', blocks: [{ type: 'alert', text: plain('x') }] },
    'unsupported type: alert',
  ],
  ['101 blocks on a home tab', { type: 'home', blocks: many(101, () => ({ type: 'divider' })) }, 'no more than 100'],
  ['a form of no kind', { type: 'sheet', blocks: [] }, 'unsupported type: sheet'],
])('as a view, %s is refused', (_, view, complaint) => expect(viewComplaints(view).join('\n')).toContain(complaint));

test('a searching select takes 100 options or none, in groups or not, and no more', () => {
  expect(optionsComplaints({ options: [] })).toEqual([]);
  expect(optionsComplaints({ options: many(100, (n) => option(`${n}`)) })).toEqual([]);
  expect(optionsComplaints({ option_groups: [{ label: plain('G'), options: [option()] }] })).toEqual([]);
  expect(optionsComplaints({ options: many(101, (n) => option(`${n}`)) })[0]).toContain('no more than 100');
  expect(optionsComplaints({ options: [{ text: plain('x'.repeat(76)), value: 'v' }] })[0]).toContain('/options/0/text');
  expect(optionsComplaints({})[0]).toContain('must have exactly one of');
});
