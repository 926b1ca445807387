import { expect, test } from 'vitest';
import { findDelimiter, readHeader } from '../../src/domain/import-header.ts';

test.each([
  ['name,code,modules', ','],
  ['Name;Code;Modules', ';'],
  ['"name"\t"code"\t"modules"', '\t'],
  ['code', ','],
  ['title;iata;keys', ';'],
])('%j is separated by %j', (header, delimiter) => {
  expect(findDelimiter(header)).toBe(delimiter);
});

test('the columns stand in any order and case, and an empty one at the end does no harm', () => {
  expect(readHeader([' MODULES ', 'Code', 'name', ''])).toEqual({ name: 2, code: 1, modules: 0 });
});

test.each([
  [['name', 'code'], 'the column “modules” is missing'],
  [['name', 'code', 'moduls'], '“moduls” is no column that CapOps knows (did you mean “modules”?)'],
  [['name', 'code', 'modules', 'country'], '“country” is no column that CapOps knows. '],
  [['name', 'code', 'modules', 'code'], 'the column “code” is there twice'],
])('%j is refused, and why', (cells, why) => {
  expect(() => readHeader(cells)).toThrow(`${why.trimEnd()}`);
});
