import { existsSync, globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LONG } from './long-first.ts';
import { filesByProcess } from './processes.ts';

const TESTS = 'test/**/*.test.{ts,tsx}';

test('every test file runs, in a process of its own or in a shared one', () => {
  const { shared, alone } = filesByProcess(TESTS);
  expect([...shared, ...alone].toSorted()).toEqual(globSync(TESTS).toSorted());
  expect(alone).toContain('test/adapters/paging.test.ts');
  expect(shared).toContain('test/setup/processes.test.ts');
});

test('the files that begin first are there', () => {
  expect(LONG.filter((file) => !existsSync(file))).toEqual([]);
});
