import { describe, expect, test } from 'vitest';
import { ENDINGS, endingOf, formatOf } from '../../src/domain/backup-format.ts';
import { UserError } from '../../src/errors.ts';

describe('The format of a backup', () => {
  test.each([
    ['backup-2026-11-22.sql', 'plain', 'none', false],
    ['a.sql.gz', 'plain', 'gzip', false],
    ['a.sql.zst', 'plain', 'zstd', false],
    ['./some.folder/a.dump', 'custom', 'none', false],
    ['A.DUMP.ZST', 'custom', 'zstd', false],
    ['a.dump.zst.age', 'custom', 'zstd', true],
    ['a.sql.age', 'plain', 'none', true],
    ['a.dir.tar', 'directory', 'none', false],
    ['a.dir.tar.age', 'directory', 'none', true],
  ])('is read off %s', (name, format, compression, isEncrypted) => {
    expect(formatOf(name)).toEqual({ format, compression, isEncrypted });
  });

  test('stands at the end of the name again', () => {
    const endings = ENDINGS.flatMap((ending) => [ending, `${ending}.age`]);
    expect(endings.map((ending) => endingOf(formatOf(`x${ending}`)))).toEqual(endings);
  });

  test.each(['backup', 'a.zip', 'a.sql.bz2', 'a.age', 'a.zst', 'sql', 'a.sql.age.gz', ''])(
    'is not guessed for “%s”: the name says what is allowed',
    (name) => {
      const answer = `“${name}” does not say which format it is in. A backup’s name ends in .sql, .sql.gz, .sql.zst, .dump, .dump.zst or .dir.tar, with .age behind it where it is encrypted.`;
      expect(() => formatOf(name)).toThrow(UserError);
      expect(() => formatOf(name)).toThrow(answer);
    },
  );

  test('is no .dump.gz, and no other tar: the answer says why', () => {
    expect(() => formatOf('a.dump.gz')).toThrow('leave out the .gz');
    expect(() => formatOf('a.dir.tar.gz')).toThrow('leave out what is behind .tar');
    expect(() => formatOf('a.tar')).toThrow('Of pg_dump’s directory format the name ends in .dir.tar');
  });
});
