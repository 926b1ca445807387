import stringWidth from 'fast-string-width';
import { describe, expect, test } from 'vitest';
import { fitted, tableLines } from '../../../src/faces/terminal/table.ts';
import { FILE, screen } from './papers.ts';

const columns = ['Code', 'Name', 'Access'];

describe('a table', () => {
  test('has a head, a rule and a line for each row', () => {
    const rows = [
      ['LHR', 'London Heathrow', 'work'],
      ['CDG', 'Paris', ''],
    ];
    expect([...tableLines({ columns, rows }, FILE)]).toEqual([
      'Code  Name             Access',
      '────  ───────────────  ──────',
      'LHR   London Heathrow  work',
      'CDG   Paris',
    ]);
  });

  test.each(['東京国際空港', '✈️ Zürich', 'مطار دبي', 'สุวรรณภูมิ', '👩‍✈️', 'e\u0301'])(
    'stays aligned with %s in it',
    (name) => {
      const rows = [
        ['AAA', name, 'here'],
        ['BBB', 'a name of usual letters', 'here'],
      ];
      const places = [...tableLines({ columns, rows }, screen(80))]
        .filter((line) => line.endsWith('here'))
        .map((line) => stringWidth(line.replaceAll(/[\u2068\u2069]/g, '').slice(0, -'here'.length)));
      expect(places).toEqual([31, 31]);
    },
  );

  test('fits the terminal and loses nothing', () => {
    const rows = [['LHR', 'London Heathrow', 'assets (no end), work (no end), capacity (until 31 Dec 2027)']];
    const lines = [...tableLines({ columns, rows }, screen(40))];
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(40);
    const words = lines.join(' ').split(/\s+/);
    expect(words).toEqual(expect.arrayContaining(['Heathrow', 'assets', 'capacity', '(until', '2027)']));
  });

  test('breaks a word that is wider than its column', () => {
    const lines = [...tableLines({ columns: ['Key'], rows: [['x'.repeat(70)]] }, screen(30))];
    expect(lines.slice(2).map((line) => line.length)).toEqual([30, 30, 10]);
  });

  test('keeps a formula and an escape sequence from doing anything', () => {
    const rows = [['ABC', '=1+1', '\u001b[2J']];
    expect([...tableLines({ columns, rows }, FILE)][2]).toBe("ABC   '=1+1  ␛[2J");
  });

  test('takes what is too much from the widest column', () => {
    expect(fitted([4, 60, 20], 60)).toEqual([4, 32, 20]);
  });

  test('of 17,576 rows is drawn within two seconds', () => {
    const rows = Array.from({ length: 17_576 }, (_, index) => [
      `A${index}`,
      'An airport of usual length',
      'work (no end)',
    ]);
    const startedAt = performance.now();
    expect([...tableLines({ columns, rows }, screen(60))].length).toBeGreaterThan(17_576);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
