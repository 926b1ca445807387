import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { jsonLines, writeData } from '../../../src/faces/terminal/data-formats.ts';
import type { Operation } from '../../../src/ops/service/operation.ts';
import { keep, screen } from './papers.ts';

const csvOf = (...records: string[][]) => ({ csv: () => records, json: undefined }) as unknown as Operation;

describe('JSON', () => {
  test.each([
    ['a list', [{ a: 1, b: [{ c: 'x\ny' }] }, 2, null]],
    ['an empty list', []],
    ['an object', { a: { b: [] } }],
    ['nothing', null],
    ['a date', { at: new Date(0) }],
  ])('of %s is as JSON.stringify has it', (_, data) => {
    expect([...jsonLines(data)].join('\n')).toBe(JSON.stringify(data, null, 2));
  });

  test('holds nothing that a terminal obeys, and reads back the same', () => {
    const data = ['\u001b[2J', '\u009b2J', '\u202eabc', '\u007f'];
    const text = [...jsonLines(data)].join('\n');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(text)).toEqual(data);
  });
});

describe('CSV', () => {
  test('reads back cell by cell', async () => {
    const records = [
      ['code', 'name'],
      ['ABC', 'a "quoted", name\nof two lines'],
      ['DEF', ' and; another\t'],
    ];
    const output = keep();
    await writeData(output, csvOf(...records), { format: 'csv', data: [] });
    expect(parse(output.text())).toEqual(records);
    expect(output.text().endsWith('\n')).toBe(true);
  });

  test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx'])('takes a formula’s power away: %j', async (cell) => {
    const output = keep();
    await writeData(output, csvOf([cell, 'plain']), { format: 'csv', data: [] });
    expect(parse(output.text())).toEqual([[`'${cell}`, 'plain']]);
  });

  test('shows control characters on a terminal', async () => {
    const output = keep(screen(80));
    await writeData(output, csvOf(['\u001b[2J']), { format: 'csv', data: [] });
    expect(output.text()).toBe('␛[2J\n');
  });
});
