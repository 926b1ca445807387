const EDGE_BYTES = 1024;
const HEAD = /^--\r?\n-- PostgreSQL database dump\r?\n/;
const RESTRICT = /^\\restrict (\S+)\r?$/m;
const TAIL = /(?:^|\n)--\r?\n-- PostgreSQL database dump complete\r?\n--\s*(?:\\unrestrict (\S+)\s*)?$/;

/** Watches a plain dump go by, of which only the beginning and the end are kept. */
export interface PlainDumpWatch {
  see(chunk: Uint8Array): void;
  /** What is wrong, once it has all gone by; undefined: it is whole, as far as its frame shows. */
  fault(): string | undefined;
}

export function watchPlainDump(): PlainDumpWatch {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  return {
    see: (chunk) => {
      if (head.length < EDGE_BYTES) head = Buffer.concat([head, chunk.subarray(0, EDGE_BYTES - head.length)]);
      // A copy: a part of the chunk would keep all of it.
      const joined =
        chunk.length < EDGE_BYTES ? Buffer.concat([tail, chunk]) : Buffer.from(chunk.subarray(-EDGE_BYTES));
      tail = joined.subarray(-EDGE_BYTES);
    },
    fault: () => faultOf(head.toString('latin1'), tail.toString('latin1')),
  };
}

function faultOf(head: string, tail: string): string | undefined {
  if (!HEAD.test(head)) return 'It does not begin as pg_dump begins a plain dump.';
  const end = TAIL.exec(tail);
  if (!end) return 'It was cut off: the line with which pg_dump closes a plain dump is not at its end.';
  // pg_dump writes the same secret word at both ends since late 2025: no row of data can look like its end.
  const [, word] = RESTRICT.exec(head) ?? [];
  return word === end[1] ? undefined : 'It was cut off: its end does not belong to its beginning.';
}
