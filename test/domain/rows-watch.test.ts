import { describe, expect, test } from 'vitest';
import { openSqlScanner } from '../../src/domain/plain-sql-scanner.ts';
import { watchRows } from '../../src/domain/rows-watch.ts';

const COPY = 'COPY public.a (t) FROM stdin;\n';
const PART = '--\n-- Data for Name: b; Type: TABLE DATA; Schema: public; Owner: postgres\n--\n\n';
const END = '\n\n--\n-- PostgreSQL database dump complete\n--\n\n';

/** `size`: of the parts in which it comes. */
function faultOf(sql: string, { isByPgRestore = true, size = sql.length } = {}): string | undefined {
  const scanner = openSqlScanner();
  const watch = watchRows({ isByPgRestore });
  for (let at = 0; at < sql.length; at += size)
    for (const piece of scanner.push(Buffer.from(sql.slice(at, at + size)))) watch.see(piece);
  for (const piece of scanner.end()) watch.see(piece);
  return watch.fault();
}

describe('The rows of a dump', () => {
  test('are whole where each table’s have their end', () => {
    for (const rows of ['', 'row\n', '--\n-- Name: b\n--\n', '-- Name: b; Type: TABLE; Schema: public; Owner: a\n'])
      for (const size of [1, 7, 10_000])
        expect(faultOf(`${COPY}${rows}\\.\n\n\n${PART}${COPY}\\.\n${END}`, { size }), rows).toBeUndefined();
  });

  test('are cut off where the dump ends within them, whatever its last line says', () => {
    for (const isByPgRestore of [true, false])
      for (const size of [1, 10_000])
        expect(faultOf(`${COPY}row\n${END}`, { isByPgRestore, size })).toBe(
          'It was cut off within the rows of a table.',
        );
  });

  test('are cut off where what pg_restore writes behind them stands among them', () => {
    for (const rows of ['', 'row\n', 'row\n'.repeat(300)])
      for (const size of [1, 10_000])
        expect(faultOf(`${COPY}${rows}${PART}${COPY}row\n\\.\n${END}`, { size })).toContain('have no end');
    expect(faultOf(`${COPY}${PART}\\.\n${END}`, { isByPgRestore: false })).toBeUndefined();
  });
});
