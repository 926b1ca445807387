const CUT = ' …[cut]';
/** A secret that was cut through may have begun within so much of a line’s end. */
const UNSURE = 2_000;

/** A line of so many characters at most, marked where it was longer. */
export function cutLine(line: string, most: number): string {
  return line.length > most ? `${line.slice(0, most - CUT.length)}${CUT}` : line;
}

/** A line as it may be shown once secrets were taken out: without an end in which half a secret may stand. */
export function withoutUnsureEnd(line: string): string {
  return line.endsWith(CUT) ? `${line.slice(0, -(CUT.length + UNSURE))}${CUT}` : line;
}
