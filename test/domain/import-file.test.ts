import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MAX_IMPORT_BYTES, MAX_IMPORT_LINES, readImportFile } from '../../src/domain/import-file.ts';

const read = (text: string) => readImportFile(Buffer.from(text));
const row = (line: number, code: string, name: string, modules: string[]) => ({ line, code, name, modules });

describe('lines', () => {
  test('are read with any separator, line end and order of columns, and without a final line end', async () => {
    const wanted = [row(2, 'LHR', 'Heathrow', ['assets', 'work']), row(3, 'LGW', 'Gatwick', [])];
    for (const text of [
      'name,code,modules\nHeathrow,LHR,"work,assets"\nGatwick,LGW,',
      '\ufeffCODE;Modules;NAME\r\nlhr;work,assets;Heathrow\r\nlgw;;Gatwick\r\n',
      '"name"\t"code"\t"modules"\rHeathrow\tLHR\twork|assets\rGatwick\tLGW\t\r',
      ' name , code , modules\n "Heathrow" , LHR , " work ; assets " \n Gatwick , LGW , \n',
    ]) {
      const { rows, problems } = await read(text);
      expect({ rows, problems }).toEqual({ rows: wanted, problems: [] });
    }
  });

  test('keep their number in the file after empty lines and after line ends in quotes', async () => {
    const { rows, problems } = await read(
      '\n\nname,code,modules\r\n\r\n"Two\r\nlines",AAA,\r\n,,\r\nLast,BBB,x\r\nGood,CCC,all\r\n',
    );
    expect(problems.map(({ line, column, value }) => [line, column, value])).toEqual([
      [5, 'name', 'Two[U+000D][U+000A]lines'],
      [8, 'modules', 'x'],
    ]);
    expect(rows).toEqual([row(9, 'CCC', 'Good', ['assets', 'work', 'capacity', 'planning', 'monitoring'])]);
  });

  test('keep quotes, emoji, right-to-left text, formulas and SQL as they are', async () => {
    const names = ['He said "no"', '🛫 Ünïcode', 'مطار', "=1+1';--", '@x', ' \u200dzero'];
    const text = names.map((name, at) => `"${name.replaceAll('"', '""')}",AA${'ABCDEF'[at]},`).join('\n');
    const { rows, problems } = await read(`name,code,modules\n${text}`);
    expect(problems).toEqual([]);
    expect(rows.map(({ name }) => name)).toEqual(names.map((name) => name.trim()));
  });

  test('with several faults name each, with column, value and what is allowed', async () => {
    const { problems } = await read(
      `name,code,modules\n,LHRX,"wrok,assets"\n${'x'.repeat(201)},ıst,\n"a\u202eb",A1B,\n"a\tb",BBB,`,
    );
    expect(problems).toEqual([
      { line: 2, column: 'name', value: '', message: 'The name is empty; 1 to 200 characters are allowed.' },
      {
        line: 2,
        column: 'code',
        value: 'LHRX',
        message: 'An airport’s IATA code is three letters, such as LHR; found “LHRX”.',
      },
      {
        line: 2,
        column: 'modules',
        value: 'wrok,assets',
        message:
          'There is no module “wrok”. Did you mean work? The modules are assets, work, capacity, planning and monitoring, or “all”.',
      },
      {
        line: 3,
        column: 'name',
        value: `${'x'.repeat(199)}…`,
        message: 'The name has 201 characters; 1 to 200 are allowed.',
      },
      { line: 3, column: 'code', value: 'ıst', message: expect.stringContaining('found “ıst”') },
      {
        line: 4,
        column: 'name',
        value: 'a[U+202E]b',
        message: 'The name holds a character that cannot be shown (U+202E): take it out.',
      },
      { line: 4, column: 'code', value: 'A1B', message: expect.stringContaining('three letters') },
      { line: 5, column: 'name', value: 'a[U+0009]b', message: expect.stringContaining('(U+0009)') },
    ]);
  });

  test('with a name of 200 characters that each take two places pass', async () => {
    expect((await read(`name,code,modules\n${'🛫'.repeat(200)},AAA,`)).problems).toEqual([]);
  });

  test('that do not fit the header say how many fields they have', async () => {
    const { problems, rows } = await read('name,code,modules\nHeathrow,LHR,work,assets\nGatwick,LGW\nLuton,LTN,work,,');
    expect(problems).toMatchObject([
      {
        line: 2,
        column: undefined,
        message: expect.stringMatching(/^The line has 4 fields and the header 3\. Put quotes/),
      },
      { line: 3, column: undefined, message: 'The line has 2 fields and the header 3.' },
    ]);
    expect(rows.map(({ code }) => code)).toEqual(['LTN']);
  });

  test('with misplaced quotes cost themselves only', async () => {
    const file = await read(
      'name,code,modules\nLondon "City",LCY,\n"Open,AAA,\nGood,BBB,work\n"Early"x,CCC,\nFine,DDD,\n"Never',
    );
    expect(file.problems.map(({ line }) => line)).toEqual([2, 3, 5, 7]);
    expect(file.rows.map(({ line, code }) => [line, code])).toEqual([
      [4, 'BBB'],
      [6, 'DDD'],
    ]);
    expect(file.rejectedCsv()).toBe('name,code,modules\nLondon "City",LCY,\n"Open,AAA,\n"Early"x,CCC,\n"Never\n');
  });
});

describe('a code that stands twice', () => {
  test('is a fault of each of its lines, which names both, and none of them is taken', async () => {
    const { rows, problems, rejectedCount } = await read(
      'name,code,modules\nA,LHR,work\nB,LGW,\nC,lhr,assets\nD,LHR,x',
    );
    expect(problems.filter(({ column }) => column === 'code').map(({ line, message }) => [line, message])).toEqual([
      [2, 'LHR stands on line 2 and again on line 4. Keep one of them.'],
      [4, 'LHR stands on line 2 and again on line 4. Keep one of them.'],
      [5, 'LHR stands on line 2 and again on line 5. Keep one of them.'],
    ]);
    expect(rows.map(({ code }) => code)).toEqual(['LGW']);
    expect(rejectedCount).toBe(3);
  });

  test('counts also where one of the lines has another fault', async () => {
    const { rows, rejectedCount } = await read('name,code,modules\n,LHR,work\nC,LHR,assets');
    expect(rows).toEqual([]);
    expect(rejectedCount).toBe(2);
  });
});

describe('rejected lines', () => {
  test('come back as they stand, under their header, and can be imported once they are mended', async () => {
    const file = await read('name;code;modules\r\n=cmd|x;L1;work\r\nGood;AAA;\r\n"a ""b""";BBBB;x');
    expect(file.rejectedCsv()).toBe('name;code;modules\n=cmd|x;L1;work\n"a ""b""";BBBB;x\n');
    const mended = await read(file.rejectedCsv().replace('L1', 'LAA').replace('BBBB', 'BBB').replace(';x\n', ';\n'));
    expect(mended.problems).toEqual([]);
    expect(mended.rows.map(({ name }) => name)).toEqual(['=cmd|x', 'a "b"']);
  });
});

describe('a file', () => {
  test('is known by its hash and the number of its lines', async () => {
    const text = '\ufeffname,code,modules\n\nA,AAA,\n';
    const file = await read(text);
    expect(file.sha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect(file.lineCount).toBe(1);
  });

  test.each([
    ['', 'The file is empty.'],
    [' \r\n\n', 'The file is empty.'],
    ['name,code,modules\n\n,,\n', 'nothing to import'],
    ['"name,code,modules\nA,AAA,', 'The header cannot be read.'],
    ['name|code|modules\nA|AAA|', 'the column “name” is missing'],
  ])('of %j is refused', async (text, why) => {
    await expect(read(text)).rejects.toThrow(why);
  });

  test('with more lines than the limit is refused', async () => {
    const lines = (count: number) => `name,code,modules\n${'A,AAA,\n'.repeat(count)}`;
    await expect(read(lines(MAX_IMPORT_LINES + 1))).rejects.toThrow('64 MB and 100,000 lines');
    expect((await read(lines(MAX_IMPORT_LINES))).lineCount).toBe(MAX_IMPORT_LINES);
  });

  test('with more bytes than the limit is refused', async () => {
    await expect(readImportFile(Buffer.alloc(MAX_IMPORT_BYTES + 1, 'a'))).rejects.toThrow('too large');
  });

  test('that is quotes all over is given up', async () => {
    await expect(read(`name,code,modules\n${'x "y",AAA,\n'.repeat(1100)}`)).rejects.toThrow('misplaced quotes');
  });

  test('of 40,000 lines lets other work have its turn', async () => {
    const text = `name,code,modules\n${Array.from({ length: 40_000 }, (_, at) => `Airport ${at},L${at},wrok\n`).join('')}`;
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const { problems } = await read(text);
    clearInterval(timer);
    expect(problems).toHaveLength(80_000);
    expect(turns).toBeGreaterThan(5);
  });
});
