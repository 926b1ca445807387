/** Work that is never done twice at once: calls while it goes on make it go once more behind that, and no more than once. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let working: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    working = work().finally(() => {
      working = undefined;
    });
    return working;
  };
  return () => {
    if (!working) return begin();
    next ??= working.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  };
}
