import { expect, test } from 'vitest';
import { chartLines } from '../../../src/faces/terminal/chart.ts';
import type { Paper } from '../../../src/faces/terminal/paper.ts';
import type { Chart } from '../../../src/ops/service/report.ts';
import { FILE, screen } from './papers.ts';

const LINE: Chart = {
  kind: 'chart',
  shape: 'line',
  title: 'Answers within (ms)',
  labels: ['08:00', '09:00', '10:00', '11:00'],
  series: [
    { name: 'Database', values: [3, 4, undefined, 10] },
    { name: 'Front end', values: [1_200.5, 1_200.5, 1_200.5, 1_200.5] },
    { name: 'Redis', values: [] },
  ],
};
const BAR: Chart = {
  ...LINE,
  shape: 'bar',
  title: 'Size (MB)',
  labels: ['runs', 'audit_log', 'starts'],
  series: [{ name: 'Size', values: [120, 45, null] }],
};
const TABLE = [
  'Answers within (ms)  Database  Front end  Redis',
  '───────────────────  ────────  ─────────  ─────',
  '08:00                3         1,200.5    –',
  '09:00                4         1,200.5    –',
  '10:00                –         1,200.5    –',
  '11:00                10        1,200.5    –',
];

const drawn = (chart: Chart, paper: Paper = screen(80)) => [...chartLines(chart, paper)];

test('values over time are a line for each series, on a scale of its own', () => {
  expect(drawn(LINE)).toEqual([
    'Answers within (ms)',
    '  Database   ▁▂ █  3 to 10, last 10',
    '  Front end  ▅▅▅▅  1,200.5 to 1,200.5, last 1,200.5',
    '  Redis            no values',
    '  08:00 to 11:00',
  ]);
});

test('values by name are bars as long as they are large', () => {
  expect(drawn(BAR)).toEqual([
    'Size (MB)',
    `  runs       ${'█'.repeat(30)}  120`,
    `  audit_log  ${`${'█'.repeat(11)}▎`.padEnd(30)}  45`,
    `  starts     ${' '.repeat(30)}  –`,
  ]);
});

test('a chart fits a terminal of 80 columns, as long as its names and places may be', () => {
  const name = 'x'.repeat(20);
  const labels = Array.from({ length: 20 }, (_, place) => `${place}`.padStart(20, '0'));
  for (const shape of ['line', 'bar'] as const) {
    for (const most of [10, 10_000_000]) {
      const series = [{ name, values: labels.map((_, place) => most + place) }];
      for (const line of drawn({ ...LINE, shape, labels, series })) expect(line.length).toBeLessThanOrEqual(80);
    }
  }
});

test('where a terminal cannot show that, or nobody looks, a chart is a table with each value', () => {
  expect(drawn(LINE, FILE)).toEqual(TABLE);
  expect(drawn(LINE, { ...screen(80), drawsCharts: false })).toEqual(TABLE);
  expect(drawn(LINE, screen(50))).toEqual(TABLE);
});

test('what would lie as a drawing is a table, too', () => {
  const negative: Chart = { ...BAR, series: [{ name: 'Growth', values: [-3, 2, 1] }] };
  const several: Chart = { ...LINE, shape: 'bar' };
  const empty: Chart = { ...LINE, series: [{ name: 'Redis', values: [] }] };
  for (const chart of [negative, several, empty]) expect(drawn(chart)[1]).toMatch(/^─/);
});
