import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import type { Paper } from './paper.ts';
import { inert, isolated, visible } from './visible.ts';

const GAP = '  ';
/** Columns are not squeezed below this. */
const MIN_COLUMN = 8;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Lines of a table: a head, a rule under it, no other borders. On a terminal it is as wide as fits, and cells wrap. */
export function* tableLines({ columns, rows }: Table, paper: Paper): Generator<string> {
  const head = columns.map(visible);
  const body = rows.map((row) => head.map((_, index) => inert(visible(row[index] ?? ''))));
  const widths = fitted(naturalWidths([head, ...body]), paper.width);
  for (const line of rowLines(head, widths, paper)) yield paper.style('bold', line);
  yield paper.style('dim', widths.map((width) => '─'.repeat(width)).join(GAP));
  for (const row of body) yield* rowLines(row, widths, paper);
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  return rows.reduce<number[]>(
    (widths, row) => row.map((cell, index) => Math.max(widths[index] ?? 1, stringWidth(cell))),
    [],
  );
}

/** Takes what is too much from the widest columns, one after the other. */
export function fitted(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= MIN_COLUMN) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function* rowLines(cells: readonly string[], widths: readonly number[], paper: Paper): Generator<string> {
  const wrapped = cells.map((cell, index) => wrap(cell, widths[index] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  for (let line = 0; line < height; line++) {
    const drawn = wrapped.map((lines, index) => padded(lines[line] ?? '', widths[index] ?? 1, paper));
    yield drawn.join(GAP).trimEnd();
  }
}

/** Breaks between words, and within a word only where it is wider than the column. */
export function wrap(text: string, width: number): string[] {
  return stringWidth(text) <= width ? [text] : wrapAnsi(text, width, { hard: true, trim: true }).split('\n');
}

/** Filled with spaces to a width in columns. */
export function padded(text: string, width: number, paper: Paper): string {
  return isolated(text, paper) + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
