const MEBIBYTE = 2 ** 20;
/** S3 takes no smaller part, but for the last. */
const SMALLEST = 5 * MEBIBYTE;
/** And no larger one. */
const LARGEST = 5 * 2 ** 30;
/** What is expected is the database's size; a plain dump of packed values can be some times larger. */
const MARGIN = 4;

/** How content is cut into parts: so large; `limitBytes` is the most that goes into one object. */
export interface PartPlan {
  readonly partBytes: number;
  readonly limitBytes: number;
}

/** The smallest parts with which what is expected has ample room, as memory grows with them. */
export function planParts(expectedBytes: number, maxParts: number): PartPlan {
  const needed = Math.ceil((expectedBytes * MARGIN) / maxParts / MEBIBYTE) * MEBIBYTE;
  const partBytes = Math.min(Math.max(needed, SMALLEST), LARGEST);
  return { partBytes, limitBytes: partBytes * maxParts };
}
