import { cutLine, withoutUnsureEnd } from '../../domain/cut-line.ts';

/** Of a longer line only the beginning is kept. */
const MOST_CHARACTERS = 4_000;
const MOST_KEPT = 256 * 1024;

/** The last lines of however many, in memory that does not grow with them. */
export function keepLastLines(most: number): { take(line: string): void; readonly lines: readonly string[] } {
  const lines: string[] = [];
  let kept = 0;
  return {
    lines,
    take: (line) => {
      const taken = cutLine(line, MOST_CHARACTERS);
      lines.push(taken);
      kept += taken.length;
      while (lines.length > most || kept > MOST_KEPT) kept -= lines.shift()?.length ?? 0;
    },
  };
}

const MOST_SHOWN = 2_000;

/** A kept line as it is shown once secrets were taken out. */
export function shownLine(line: string): string {
  return cutLine(withoutUnsureEnd(line), MOST_SHOWN);
}
