import { expect, test } from 'vitest';
import { checkKey } from '../../src/domain/storage-key.ts';
import { UserError } from '../../src/errors.ts';

test.each([
  'backups/planner/2026-11-22T02-00-00Z-nightly.dump.zst',
  'backup-2026-11-22.sql',
  'backups/caf%C3%A9 planner/1',
  '…/..a/a..',
])('%s is a key', (key) => {
  expect(() => checkKey(key)).not.toThrow();
});

test.each([
  ['', 'it is empty'],
  ['/etc/passwd', 'it begins with a slash'],
  ['..', '“.” or “..”'],
  ['a/../b', '“.” or “..”'],
  ['./a', '“.” or “..”'],
  ['a//b', 'a part between slashes is empty'],
  ['a/', 'a part between slashes is empty'],
  ['a\\..\\b', 'backslash'],
  ['a\nb', 'cannot be seen'],
  ['a\0', 'cannot be seen'],
  ['\u0085', 'cannot be seen'],
  ['\ud800', 'cannot be seen'],
  ['a.partial', 'the storage’s own'],
  ['a.partial/b', 'the storage’s own'],
  ['é'.repeat(101), 'a part of it is too long'],
  ['a/'.repeat(500).concat('a'), 'it is too long'],
])('%j is none', (key, why) => {
  expect(() => checkKey(key)).toThrow(UserError);
  expect(() => checkKey(key)).toThrow(why);
});

test('what is said of a bad key repeats no sign that a terminal would obey', () => {
  expect(() => checkKey('a\u001b[2Jb')).toThrow('“a?[2Jb”');
});
