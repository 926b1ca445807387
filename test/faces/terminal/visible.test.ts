import { describe, expect, test } from 'vitest';
import { inert, isolated, visible, visibleLines } from '../../../src/faces/terminal/visible.ts';
import { FILE, screen } from './papers.ts';

describe('what is drawn of data', () => {
  test.each([
    ['an escape sequence', '\u001b[31mred\u0007', '␛[31mred␇'],
    ['a line break', 'two\r\nlines', 'two␍␊lines'],
    ['delete', 'a\u007fb', 'a␡b'],
    ['a control of eight bits', 'a\u009b31m', 'a<U+009B>31m'],
    ['what turns the line around', 'abc\u202edef\u2066', 'abc<U+202E>def<U+2066>'],
    ['a line separator', 'a\u2028b', 'a<U+2028>b'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
  ])('shows %s as signs', (_, data, drawn) => {
    expect(visible(data)).toBe(drawn);
  });

  test.each(['O’Hare', 'Zürich ✈️', '東京', 'مطار دبي', '👩‍✈️ crew'])('leaves %s as it is', (name) => {
    expect(visible(name)).toBe(name);
  });

  test('keeps the lines of a text of several', () => {
    expect(visibleLines('one\ntwo\u001b\r\nthree')).toEqual(['one', 'two␛', 'three']);
  });
});

describe('right-to-left words', () => {
  test('are kept by themselves on a terminal', () => {
    expect(isolated('DXB  مطار دبي  work', screen(80))).toBe('DXB  \u2068مطار دبي\u2069  work');
  });

  test('are two when they stand in two columns', () => {
    expect(isolated('שלום    עולם', screen(80))).toBe('\u2068שלום\u2069    \u2068עולם\u2069');
  });

  test('go to a file as they are', () => {
    expect(isolated('مطار دبي', FILE)).toBe('مطار دبي');
  });
});

describe('a cell', () => {
  test.each(['=1+1', '+SUM(A1)', '-cmd|x', '@here', '＝1'])(
    'that a spreadsheet would calculate is made text: %s',
    (cell) => {
      expect(inert(cell)).toBe(`'${cell}`);
    },
  );

  test.each(['-', '-5', '+44 20', 'London', ''])('that is none stays: %s', (cell) => {
    expect(inert(cell)).toBe(cell);
  });
});
