import type { Chart } from './report.ts';

/** For what has no value. */
const NONE = '–';

/** A value at a place; undefined where there is none. What was stored in between has null there. */
export function valueAt({ values }: Chart['series'][number], place: number): number | undefined {
  const value = values[place];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A chart as a table, one row a label, for whoever cannot draw it. */
export function chartTable({ title, labels, series }: Chart): { columns: string[]; rows: string[][] } {
  const rows = labels.map((label, place) => [label, ...series.map((one) => shown(valueAt(one, place)))]);
  return { columns: [title, ...series.map(({ name }) => name)], rows };
}

/** A chart as a list, one line a label, for whoever has no room for a table: `08:00: Database 3, Redis –`. */
export function chartList({ labels, series }: Chart): string[] {
  const isOne = series.length === 1;
  return labels.map((label, place) => {
    const values = series.map((one) => `${isOne ? '' : `${one.name} `}${shown(valueAt(one, place))}`);
    return `${label}: ${values.join(', ')}`;
  });
}

/** `1,234.5` */
export function shown(value: number | undefined): string {
  return value === undefined ? NONE : value.toLocaleString('en-GB', { maximumFractionDigits: 3 });
}
