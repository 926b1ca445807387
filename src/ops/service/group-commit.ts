/** As many as a transaction writes at most. */
const MOST_ROWS = 100;

/**
 * Writes rows in groups: what gathers while a group is being written is the next one, so that many at once cost little
 * more than one. Each is written at once where nothing is under way. A group that fails is tried row by row, so that one
 * row fails nobody else's. Resolves when the row is written, rejects when it could not be.
 */
export function openGroupCommit<Row>(write: (rows: readonly Row[]) => Promise<void>): (row: Row) => Promise<void> {
  const gathered: { row: Row; done: PromiseWithResolvers<void> }[] = [];
  let isWriting = false;

  const flush = async (): Promise<void> => {
    isWriting = true;
    while (gathered.length > 0) {
      const group = gathered.splice(0, MOST_ROWS);
      const isWritten = await write(group.map(({ row }) => row)).then(
        () => true,
        (error: unknown) => {
          if (group.length === 1) group[0]?.done.reject(error);
          return false;
        },
      );
      if (isWritten) for (const { done } of group) done.resolve();
      else if (group.length > 1)
        await Promise.all(group.map(({ row, done }) => write([row]).then(done.resolve, done.reject)));
    }
    isWriting = false;
  };

  return (row) => {
    const done = Promise.withResolvers<void>();
    gathered.push({ row, done });
    if (!isWriting) void flush();
    return done.promise;
  };
}
