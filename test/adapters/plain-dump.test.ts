import { expect, test } from 'vitest';
import { watchPlainDump } from '../../src/adapters/plain-dump.ts';

const HEAD = '--\n-- PostgreSQL database dump\n--\n\n';
const END = '\n--\n-- PostgreSQL database dump complete\n--\n\n';
const WORD = 'aUeYWTQX2OUMgCAcUAJ';

function faultOf(text: string, step = text.length): string | undefined {
  const watch = watchPlainDump();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) watch.see(bytes.subarray(at, at + step));
  return watch.fault();
}

test.each([1, 7, 1000, 1024, 100_000])('a plain dump is whole in pieces of %i bytes', (step) => {
  const rows = 'COPY t FROM stdin;\n1\n'.repeat(200);
  expect(faultOf(HEAD + rows + END, step)).toBeUndefined();
  expect(faultOf(`${HEAD}\\restrict ${WORD}\n\n${rows}${END}\\unrestrict ${WORD}\n\n`, step)).toBeUndefined();
  expect(faultOf(HEAD + rows + END.slice(0, -4), step)).toContain('cut off');
});

test('line ends of Windows are line ends', () => {
  expect(faultOf((HEAD + END).replaceAll('\n', '\r\n'))).toBeUndefined();
});

test('rows that look like the end do not close a dump that begins with a secret word', () => {
  const head = `${HEAD}\\restrict ${WORD}\n\nCOPY t FROM stdin;\n`;
  for (const row of [END, `${END}\\unrestrict guessed\n`])
    expect(faultOf(head + row)).toContain('does not belong to its beginning');
});

test('what follows the end is no dump', () => {
  expect(faultOf(`${HEAD}${END}DROP TABLE t;\n`)).toContain('cut off');
});

test('a cluster’s dump, or any other text, does not begin as a database’s', () => {
  expect(faultOf(`--\n-- PostgreSQL database cluster dump\n--\n${END}`)).toContain('does not begin');
  expect(faultOf('')).toContain('does not begin');
});
