/**
 * The candidate that was probably meant, or undefined when none is near.
 * Near: at most one typing error (two from six letters on), or the only candidate that begins with the word.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const allowed = typed.length >= 6 ? 2 : 1;
  const ranked = candidates
    .map((candidate) => ({ candidate, errors: typingErrors(typed, candidate.toLowerCase()) }))
    .filter(({ errors }) => errors <= allowed)
    .sort((a, b) => a.errors - b.errors);
  if (ranked[0]) return ranked[0].candidate;
  const begun = candidates.filter((candidate) => typed.length >= 2 && candidate.toLowerCase().startsWith(typed));
  return begun.length === 1 ? begun[0] : undefined;
}

/** Typing errors between two words: letters inserted, left out, replaced, or swapped with a neighbour (optimal string alignment). */
export function typingErrors(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j] ?? 0, (beforeLast[j - 2] ?? 0) + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
