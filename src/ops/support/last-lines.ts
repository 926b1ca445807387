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
      const taken = line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}${CUT}` : line;
      lines.push(taken);
      kept += taken.length;
      while (lines.length > most || kept > MOST_KEPT) kept -= lines.shift()?.length ?? 0;
    },
  };
}

const CUT = ' …[cut]';
/** A secret that was cut through could have begun within so much of a line’s end. */
const UNSURE = 512;
const MOST_SHOWN = 2_000;

/** A kept line as it is shown once secrets were taken out: without an end in which half a secret may stand. */
export function shownLine(line: string): string {
  const sure = line.endsWith(CUT) ? line.slice(0, -(CUT.length + UNSURE)) : line;
  return sure.length > MOST_SHOWN || sure !== line ? `${sure.slice(0, MOST_SHOWN)}${CUT}` : sure;
}
