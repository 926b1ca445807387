import { describe, expect, test } from 'vitest';
import { openSqlScanner, type SqlPiece } from '../../src/domain/plain-sql-scanner.ts';

/** Scans in chunks of so many bytes; what goes on is joined to what it goes on with. */
function scan(sql: string | Buffer, step = 65_536): SqlPiece[] {
  const bytes = Buffer.from(sql as string);
  const scanner = openSqlScanner();
  const pieces: SqlPiece[] = [];
  for (let at = 0; at < bytes.length; at += step) pieces.push(...scanner.push(bytes.subarray(at, at + step)));
  pieces.push(...scanner.end());
  expect(Buffer.concat(pieces.map((piece) => piece.bytes)).equals(bytes)).toBe(true);
  const whole: SqlPiece[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    if (!piece.goesOn || !last) whole.push(piece);
    else {
      const oddities = [...new Set([...last.oddities, ...piece.oddities])];
      whole[whole.length - 1] = { ...last, oddities, bytes: Buffer.concat([last.bytes, piece.bytes]) };
    }
  }
  return whole;
}

const said = (pieces: SqlPiece[]) =>
  pieces
    .filter(({ kind }) => kind !== 'blank')
    .map(({ kind, text, bytes }) => `${kind}: ${kind === 'data' ? bytes : text}`);
const statements = (sql: string) => said(scan(sql)).map((line) => line.replace(/^statement: /, ''));
const oddities = (sql: string | Buffer) => scan(sql).flatMap((piece) => piece.oddities);

const MIXED = `-- A comment; with a semicolon
SET client_encoding = 'UTF8';
SELECT 'it''s; \\! one', E'it\\'s; \\\\', "odd;""name", $$a;b$$, $tag$ $$ ; $ta$ $tag$, $1, a$b$c; /* one /* two; */ ; */ SELECT 2;
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v);
COPY public.t (a, "b c") FROM stdin;
1\t\\! rm
\\.x
\\\\.
DROP DATABASE live;
\\.

\\restrict abc
INSERT INTO t VALUES (1.5e3, 0.5, 'Zoë 🙂');
`;

describe('A scan of plain SQL', () => {
  test('cuts it where psql does', () => {
    expect(said(scan(MIXED))).toEqual([
      "statement: SET client_encoding = 'UTF8';",
      `statement: SELECT 'it''s; \\! one', E'it\\'s; \\\\', "odd;""name", $$a;b$$, $tag$ $$ ; $ta$ $tag$, $1, a$b$c;`,
      'statement: SELECT 2;',
      'statement: CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;',
      'statement: CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v);',
      'statement: COPY public.t (a, "b c") FROM stdin;',
      'data: \n1\t\\! rm\n\\.x\n\\\\.\nDROP DATABASE live;\n\\.\n',
      'command: \\restrict abc',
      "statement: INSERT INTO t VALUES (1.5e3, 0.5, 'Zoë 🙂');",
    ]);
    expect(oddities(MIXED)).toEqual([]);
  });

  test('is the same however it comes in pieces', () => {
    const texts = (step: number) => scan(MIXED, step).map(({ kind, text, line }) => [kind, text, line]);
    for (let step = 1; step < 40; step++) expect(texts(step), `in pieces of ${step}`).toEqual(texts(65_536));
  });

  test('knows the line of each', () => {
    expect(scan(MIXED).map(({ line }) => line)).toEqual([2, 3, 3, 4, 5, 6, 6, 13, 14, 14]);
    expect(scan('\n\n/* a\nb */ SELECT 1;\nSELECT 2;').map(({ line }) => line)).toEqual([4, 5]);
  });

  test('takes line ends of Windows and a byte order mark', () => {
    const sql = 'COPY t (a) FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n';
    expect(said(scan(sql))).toEqual([
      'statement: COPY t (a) FROM stdin;',
      'data: \r\n1\r\n\\.\r\n',
      'statement: SELECT 1;',
    ]);
    const scanner = openSqlScanner();
    expect([...scanner.push(Buffer.from('\ufeffSELECT 1;')), ...scanner.end()].map(({ text }) => text)).toEqual([
      'SELECT 1;',
    ]);
  });

  test('ends a line comment at a carriage return, as psql does', () => {
    expect(statements('-- harmless\r\\! id\nSELECT 1;')).toEqual(['command: \\! id', 'SELECT 1;']);
  });

  test('finds a psql command within a statement', () => {
    const [first, command] = scan('SELECT 1 /* x */ \\g |id\n;');
    expect([first?.text, command?.kind, command?.text]).toEqual(['SELECT 1', 'command', '\\g |id']);
    expect(first?.oddities).toEqual(['a psql command within a statement']);
  });

  test('takes commands that stand in texts, names and bodies for what they are', () => {
    const sql = `SELECT '\n\\! id\n', "\n\\! id\n", $x$\n\\! id\n$x$, E'\\'\n\\! id\n'; /*\n\\! id\n*/ --\\! id\n`;
    expect(scan(sql).map(({ kind }) => kind)).toEqual(['statement', 'blank']);
  });

  test('reads backslashes as the dump sets them', () => {
    expect(statements("SELECT '\\'; SELECT 1;")).toEqual(["SELECT '\\';", 'SELECT 1;']);
    const off = "SET standard_conforming_strings = off;SELECT '\\'; SELECT 1;';";
    expect(statements(off)).toEqual(['SET standard_conforming_strings = off;', "SELECT '\\'; SELECT 1;';"]);
  });

  test('says where psql or a server might read otherwise', () => {
    expect(oddities("SELECT 'a'\n'b';")).toEqual(['a text in quotes that goes on in the next line']);
    expect(oddities("SELECT E'a' -- so\n '\\'b';")).toEqual(['a text in quotes that goes on in the next line']);
    expect(oddities("SELECT 1a$b$ '$b$';")).toContain('a number that a letter follows');
    expect(oddities("SELECT 1E'\\'';")).toContain('a number that a letter follows');
    expect(oddities('SELECT 1;\0')).toEqual(['a NUL byte']);
    expect(oddities('COPY t FROM stdin;\na\0b\n\\.\n')).toEqual(['a NUL byte']);
    expect(oddities('COPY t FROM stdin; SELECT 1;\n\\.\n')).toEqual(['something behind a COPY in its line']);
    expect(oddities(`DROP /*${'x'.repeat(2 ** 21)}*/ DATABASE a;`)).toEqual([
      'a comment of more than 1 MiB within a statement',
    ]);
    expect(oddities("SELECT 'a' 'b', 'c'/* */\n'd', 1e5, 1.5E-3, 2;")).toEqual([]);
  });

  test('knows every COPY that asks for data, and no other', () => {
    const asks = (sql: string) => scan(`${sql}\nx\n`)[1]?.kind === 'data';
    for (const sql of [
      'COPY t FROM stdin;',
      'copy/**/t from --\nSTDIN with (format csv);',
      'COPY "from" (b) FROM STDOUT;',
    ])
      expect(asks(sql), sql).toBe(true);
    for (const sql of [
      "COPY t FROM '/etc/passwd';",
      'COPY "FROM STDIN" TO stdout;',
      "COPY t FROM PROGRAM 'FROM STDIN';",
    ])
      expect(asks(sql), sql).toBe(false);
    const columns = Array.from({ length: 1600 }, (_, n) => `"${'c'.repeat(56)}${n}"`).join(', ');
    expect(asks(`COPY t (${columns}) FROM stdin;`)).toBe(true);
  });

  test('lets go of what is long, whatever it is', () => {
    const long = 'x'.repeat(3_000_000);
    for (const sql of [
      `INSERT INTO t VALUES ('${long}'), (2);`,
      `-- ${long}\nSELECT $a$${long}$a$;`,
      `COPY t FROM stdin;\n${long}\n\\.\n`,
    ]) {
      const scanner = openSqlScanner();
      const pieces = [Buffer.from(sql), Buffer.from('\nDROP TABLE t;')].flatMap((bytes) =>
        Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
          scanner.push(bytes.subarray(n * 65_536, (n + 1) * 65_536)),
        ).flat(),
      );
      expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThan(1_300_000);
      expect(pieces.at(-1)).toMatchObject({ kind: 'statement', text: 'DROP TABLE t;', goesOn: false, oddities: [] });
    }
  });

  test('keeps what nothing ended', () => {
    expect(said(scan('SELECT 1;\nDROP TABLE t'))).toEqual(['statement: SELECT 1;', 'rest: DROP TABLE t']);
    expect(scan('COPY t FROM stdin;\n1\n').map(({ kind }) => kind)).toEqual(['statement', 'data']);
    expect(scan("SELECT 'a").map(({ kind }) => kind)).toEqual(['rest']);
  });
});
