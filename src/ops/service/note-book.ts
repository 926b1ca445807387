/** Collects rows and writes them together, a moment later. */
export interface NoteBook<Row> {
  add(row: Row): void;
  /** Resolves when everything that was added is written, or `failed` is done with it. */
  settled(): Promise<void>;
}

interface Pages<Row> {
  /** Writes rows at once, all or none. */
  readonly write: (rows: Row[]) => Promise<void>;
  readonly failed: (rows: Row[], error: unknown) => void | Promise<void>;
}

/** Short enough to be in the ledger when somebody looks, long enough to save most of the statements under load. */
const COLLECT_MS = 50;
const MOST_ROWS = 200;

/** Rows that may be written behind an answer: one statement for all that come within 50 ms. */
export function openNoteBook<Row>({ write, failed }: Pages<Row>): NoteBook<Row> {
  const writing = new Set<Promise<void>>();
  const collected: Row[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const rows = collected.splice(0);
    if (rows.length === 0) return;
    const work = write(rows).catch((error: unknown) => failed(rows, error));
    writing.add(work);
    void work.finally(() => writing.delete(work));
  };

  return {
    add: (row) => {
      collected.push(row);
      if (collected.length >= MOST_ROWS) flush();
      else timer ??= setTimeout(flush, COLLECT_MS);
    },
    settled: async () => {
      flush();
      await Promise.all(writing);
    },
  };
}
