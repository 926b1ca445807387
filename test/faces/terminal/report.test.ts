import { describe, expect, test } from 'vitest';
import { messageLines, problemLines, reportLines } from '../../../src/faces/terminal/report.ts';
import { OPERATIONS } from '../../../src/ops/index.ts';
import type { Report } from '../../../src/ops/service/report.ts';
import { FILE, screen } from './papers.ts';

const REPORT: Report = {
  tone: 'done',
  title: 'LHR now has work.',
  parts: [
    { kind: 'text', text: 'First line\nsecond line' },
    {
      kind: 'facts',
      facts: [
        ['Until', '31 Dec 2026'],
        ['Known as', 'cli:root@desk'],
      ],
    },
    { kind: 'list', items: ['work: new'] },
    { kind: 'list', items: ['✓ Database: Connected'], marked: true },
    { kind: 'table', columns: ['Code'], rows: [['LHR']] },
    { kind: 'note', text: 'A hint.' },
    { kind: 'commands', commands: [{ words: 'grant LHR work', summary: 'gives access' }] },
  ],
  offers: [
    {
      label: 'Shorten it',
      operation: 'grant-module',
      input: { org: 'LHR', module: 'work', until: '2026-06-30', shorten: true },
    },
    { label: 'Something new', operation: 'not-there', input: {} },
  ],
};

const drawn = (report: Report, paper = FILE) => [...reportLines(report, paper, OPERATIONS)];

describe('a report', () => {
  test('is drawn part by part, with the lines to type for the ways on', () => {
    expect(drawn(REPORT)).toEqual([
      '✓ LHR now has work.',
      '',
      'First line',
      'second line',
      '',
      '  Until     31 Dec 2026',
      '  Known as  cli:root@desk',
      '',
      '  - work: new',
      '',
      '✓ Database: Connected',
      '',
      'Code',
      '────',
      'LHR',
      '',
      'A hint.',
      '',
      '  pnpm ops grant LHR work  gives access',
      '',
      'Shorten it: pnpm ops grant LHR work --until 2026-06-30 --shorten',
    ]);
  });

  test.each([
    ['done', '✓'],
    ['unchanged', '•'],
    ['info', '•'],
    ['attention', '!'],
  ] as const)('that is “%s” begins with %s', (tone, mark) => {
    expect(drawn({ tone, title: 'So it is.' })).toEqual([`${mark} So it is.`]);
  });

  test('does not let a title make lines of its own', () => {
    expect(drawn({ tone: 'info', title: 'Name\n✓ All is well' })).toEqual(['• Name␊✓ All is well']);
  });

  test('is no wider than the terminal, but for lines to copy', () => {
    const long = 'word '.repeat(40).trim();
    const lines = drawn(
      {
        tone: 'info',
        title: long,
        parts: [
          { kind: 'list', items: [long] },
          { kind: 'facts', facts: [['A', long]] },
        ],
      },
      screen(40),
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines.join(' ').split('word').length - 1).toBe(120);
  });

  test('has the further lines of what begins with a mark start where its words do', () => {
    const items = ['✗ API Gateway: Connection refused: nobody listens there'];
    const report: Report = { tone: 'info', title: 'Health', parts: [{ kind: 'list', items, marked: true }] };
    expect(drawn(report, screen(40)).slice(-2)).toEqual([
      '✗ API Gateway: Connection refused:',
      '  nobody listens there',
    ]);
  });

  test('has what stands behind it further down, each with its title', () => {
    const thread: Report['thread'] = [
      { tone: 'attention', title: 'No backup tonight.', parts: [{ kind: 'note', text: 'A hint.' }] },
      { tone: 'info', title: 'No run failed.' },
    ];
    expect(drawn({ tone: 'info', title: 'One thing.', thread })).toEqual([
      '• One thing.',
      '',
      '! No backup tonight.',
      '',
      'A hint.',
      '',
      '• No run failed.',
    ]);
  });

  test('for a person who has the data is its sentences', () => {
    expect([...messageLines(REPORT, FILE)]).toEqual(['✓ LHR now has work.', 'First line', 'second line', 'A hint.']);
  });
});

test('a problem stands under the option that it belongs to', () => {
  const problems = [{ argument: 'skipInvalid', message: 'Is yes or no.' }, { message: 'And another\nof two lines' }];
  expect([...problemLines(problems, FILE)]).toEqual([
    '✗ --skip-invalid: Is yes or no.',
    '✗ And another',
    '  of two lines',
  ]);
});
