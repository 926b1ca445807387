import { expect, test } from 'vitest';
import type { Block, Element } from '../../workbench/slack/blocks.ts';
import { complaintsOf, type Held } from '../../workbench/slack/inputs.ts';

const option = (value: string) => ({ text: { type: 'plain_text' as const, text: value }, value });

/** What Slack's own window says of what one input holds. */
function said(element: Partial<Element>, held: Held, more: Partial<Block> = {}): string | undefined {
  const block = { type: 'input', block_id: 'b', element: { action_id: 'a', ...element } as Element, ...more };
  return complaintsOf([block], { b: { a: held } }).b;
}
const MB = 1024 * 1024;
const file = (size: number) => ({ id: 'F', name: 'a.csv', size });

test.each<[string, Partial<Element>, Held, string]>([
  ['nothing', { type: 'plain_text_input' }, { value: null }, 'Please complete this required field.'],
  ['too short a text', { type: 'plain_text_input', min_length: 3 }, { value: 'ab' }, 'Use at least 3 characters.'],
  ['too long a text', { type: 'plain_text_input', max_length: 3 }, { value: 'abcd' }, 'Use at most 3 characters.'],
  ['words for a number', { type: 'number_input' }, { value: 'two' }, 'Enter a number.'],
  ['a fraction', { type: 'number_input' }, { value: '1.5' }, 'Enter a whole number.'],
  ['too small a number', { type: 'number_input', min_value: '2' }, { value: '1' }, 'Enter 2 or more.'],
  ['too large a number', { type: 'number_input', max_value: '2' }, { value: '3' }, 'Enter 2 or less.'],
  [
    'too many choices',
    { type: 'multi_static_select', max_selected_items: 1 },
    { selected_options: [option('a'), option('b')] },
    'Choose at most 1.',
  ],
  ['too many files', { type: 'file_input', max_files: 1 }, { files: [file(1), file(1)] }, 'Attach at most 1 files.'],
  ['a file above 10 MB', { type: 'file_input' }, { files: [file(10 * MB + 1)] }, 'Attach files of at most 10 MB.'],
])('an input that holds %s says so before anything is sent', (_, element, held, complaint) => {
  expect(said(element, held)).toBe(complaint);
});

test('what is optional may be empty, and what is within its bounds is taken', () => {
  expect(said({ type: 'plain_text_input' }, { value: null }, { optional: true })).toBeUndefined();
  expect(said({ type: 'number_input', is_decimal_allowed: true, min_value: '1' }, { value: '1.5' })).toBeUndefined();
  expect(said({ type: 'file_input' }, { files: [file(10 * MB)] })).toBeUndefined();
});
