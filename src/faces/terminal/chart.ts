import stringWidth from 'fast-string-width';
import { chartTable, shown, valueAt } from '../../ops/service/chart-table.ts';
import type { Chart } from '../../ops/service/report.ts';
import type { Paper } from './paper.ts';
import { padded, tableLines } from './table.ts';
import { visible } from './visible.ts';

const HEIGHTS = [...'▁▂▃▄▅▆▇█'];
const EIGHTHS = ['', ...'▏▎▍▌▋▊▉'];
/** Everything in columns. */
const BAR = 30;
const MOST_PLACES = 40;
const INDENT = '  ';

/** A chart's lines: drawn where the terminal can show that, else as a table with each value. */
export function* chartLines(chart: Chart, paper: Paper): Generator<string> {
  const drawn = paper.drawsCharts && hasValues(chart) ? drawing(chart, paper) : [];
  const fits = drawn.length > 0 && drawn.every((line) => stringWidth(line) <= paper.width);
  yield* fits ? drawn : tableLines(chartTable(chart), paper);
}

/** Nothing where a drawing would say less than it hides. */
function drawing(chart: Chart, paper: Paper): string[] {
  const { shape, labels, series } = chart;
  if (shape === 'line') return labels.length <= MOST_PLACES ? [...sparkLines(chart, paper)] : [];
  return series.length === 1 && !hasNegatives(chart) ? [...barLines(chart, paper)] : [];
}

/** One line a series, each on a scale of its own, with the numbers that say which. */
function* sparkLines({ title, labels, series }: Chart, paper: Paper): Generator<string> {
  const room = nameRoom(series.map(({ name }) => name));
  yield paper.style('bold', visible(title));
  for (const one of series) {
    const values = labels.map((_, place) => valueAt(one, place));
    const known = values.filter((value) => value !== undefined);
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const spark = values.map((value) => (value === undefined ? ' ' : height(value, { least, most }))).join('');
    const words = known.length === 0 ? 'no values' : `${shown(least)} to ${shown(most)}, last ${shown(known.at(-1))}`;
    yield `${INDENT}${padded(visible(one.name), room, paper)}  ${spark}  ${words}`;
  }
  yield paper.style('dim', `${INDENT}${visible(labels[0] ?? '')} to ${visible(labels.at(-1) ?? '')}`);
}

/** One line a label, from nothing to the longest. */
function* barLines({ title, labels, series: [only] }: Chart, paper: Paper): Generator<string> {
  const room = nameRoom(labels);
  const values = labels.map((_, place) => (only ? valueAt(only, place) : undefined));
  const most = Math.max(...values.map((value) => value ?? 0));
  yield paper.style('bold', visible(title));
  for (const [place, label] of labels.entries()) {
    const value = values[place];
    const eighths = most > 0 ? Math.round((8 * BAR * (value ?? 0)) / most) : 0;
    const bar = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
    yield `${INDENT}${padded(visible(label), room, paper)}  ${bar.padEnd(BAR)}  ${shown(value)}`;
  }
}

function height(value: number, { least, most }: { least: number; most: number }): string {
  const share = most > least ? (value - least) / (most - least) : 0.5;
  return HEIGHTS[Math.round(share * (HEIGHTS.length - 1))] ?? '';
}

function nameRoom(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => stringWidth(visible(name))));
}

function hasValues({ series, labels }: Chart): boolean {
  return series.some((one) => labels.some((_, place) => valueAt(one, place) !== undefined));
}

function hasNegatives({ series, labels }: Chart): boolean {
  return series.some((one) => labels.some((_, place) => (valueAt(one, place) ?? 0) < 0));
}
