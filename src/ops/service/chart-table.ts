import type { Chart } from './report.ts';

/** A chart as a table, one row a label, for whoever cannot draw it. */
export function chartTable({ title, labels, series }: Chart): { columns: string[]; rows: string[][] } {
  const rows = labels.map((label, place) => [label, ...series.map(({ values }) => String(values[place] ?? '–'))]);
  return { columns: [title, ...series.map(({ name }) => name)], rows };
}
