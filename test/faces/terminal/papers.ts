import type { Output } from '../../../src/faces/terminal/output.ts';
import type { Paper } from '../../../src/faces/terminal/paper.ts';

/** A file or a pipe: no colour, no end of the line. */
export const FILE: Paper = {
  isTerminal: false,
  drawsCharts: false,
  width: Number.POSITIVE_INFINITY,
  style: (_, text) => text,
};

/** A terminal of that many columns, without colour. */
export function screen(width: number): Paper {
  return { isTerminal: true, drawsCharts: true, width, style: (_, text) => text };
}

/** An output that keeps what is written. */
export function keep(paper: Paper = FILE): Output & { text(): string } {
  let text = '';
  return {
    paper,
    text: () => text,
    write: async (more) => {
      text += more;
      return true;
    },
  };
}
