import type { Found } from './cell.ts';
import { KINDS } from './kinds.ts';
import { ROWS } from './steps.ts';

/** The matrix as text: a row for each step, a column for each way to ask. */
export function table(cells: readonly { name: string }[], found: ReadonlyMap<string, Found>): string {
  const kinds = Object.keys(KINDS);
  const rows = ROWS.map(({ name }) => [
    name,
    ...kinds.map((kind) => {
      const cell = `${kind}: ${name}`;
      return cells.some((one) => one.name === cell) ? words(found.get(cell)) : '–';
    }),
  ]);
  const all = [['killed at', ...kinds], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? [];
  return all
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function words(cell: Found | undefined): string {
  if (!cell) return 'not played';
  const { atDeath, seconds, faults } = cell;
  return `${faults.length === 0 ? '✓' : 'FAILED'} ${atDeath} ${seconds.toFixed(1)} s`;
}
