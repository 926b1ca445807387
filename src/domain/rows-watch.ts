import type { SqlPiece } from './plain-sql-scanner.ts';

/** The comment that pg_restore writes before each part of a dump: of rows without an end, the next part would be rows. */
const PART = /\n--\n-- (Data for )?Name: [^\n]*; Type: [^\n]*; Schema: [^\n]*\n--\n/;
const MARK = '\n--\n-- ';
/** Longer than such a comment: names have 63 bytes each, but operators and functions their arguments too. */
const KEPT_BYTES = 4096;

/** Watches whether the rows of each table have their end. */
export interface RowsWatch {
  see(piece: SqlPiece): void;
  /** What is wrong, once all has gone by; undefined: nothing that could be seen. */
  fault(): string | undefined;
}

/** `isByPgRestore`: what stands behind rows begins with its comment. */
export function watchRows({ isByPgRestore }: { readonly isByPgRestore: boolean }): RowsWatch {
  let last: SqlPiece['kind'] = 'blank';
  let kept: Buffer = Buffer.alloc(0);
  let line: number | undefined;
  return {
    see: (piece) => {
      const isInRows = piece.kind === 'data' && piece.goesOn;
      last = piece.kind;
      if (!isByPgRestore || piece.kind !== 'data' || line !== undefined) return;
      const seen = Buffer.concat([isInRows ? kept : Buffer.from('\n'), piece.bytes]);
      if (holdsPart(seen)) line = piece.line;
      kept = Buffer.from(seen.subarray(-KEPT_BYTES));
    },
    fault: () => {
      if (line !== undefined)
        return `It was cut off or changed: the rows of a table have no end, and what comes behind them stands among them (line ${line}).`;
      return last === 'data' ? 'It was cut off within the rows of a table.' : undefined;
    },
  };
}

function holdsPart(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1))
    if (
      bytes
        .subarray(at, at + KEPT_BYTES)
        .toString('latin1')
        .search(PART) === 0
    )
      return true;
  return false;
}
