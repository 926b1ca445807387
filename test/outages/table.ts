import type { Found } from './play.ts';

/** The table as text: a row for each operation, a column for each outage. */
export function table(found: ReadonlyMap<string, ReadonlyMap<string, Found>>, operations: readonly string[]): string {
  const rows = operations.map((operation) => [
    operation,
    ...[...found.values()].map((cells) => words(cells.get(operation))),
  ]);
  const all = [['while', ...found.keys()], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? [];
  const line = (row: readonly string[]) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}

function words(cell: Found | undefined): string {
  if (!cell) return '–';
  return `${cell.faults.length === 0 ? cell.words : 'FAILED'} ${(cell.ms / 1000).toFixed(1)} s`;
}
