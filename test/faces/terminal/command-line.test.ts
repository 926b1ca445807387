import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandLine, joinOptions } from '../../../src/faces/terminal/command-line.ts';
import { createOrg } from '../../../src/ops/create-org.ts';
import { grantModule } from '../../../src/ops/grant-module.ts';
import { revokeModule } from '../../../src/ops/revoke-module.ts';
import { readWords } from '../../../src/ops/service/words.ts';

const read = (operation: Parameters<typeof readWords>[0], ...words: string[]) =>
  readWords(operation, joinOptions(operation, words));

describe('words from a shell', () => {
  test('leave an option’s value where the shell’s quotes ended', () => {
    const typed = ['--reason', 'the contract ended', '--org', 'LHR', '--module', 'work'];
    expect(read(revokeModule, ...typed)).toEqual({ reason: 'the contract ended', org: 'LHR', module: 'work' });
  });

  test('may say a day in several words', () => {
    const expected = { org: 'LHR', module: 'work', until: '31 Dec 2026', shorten: true };
    expect(read(grantModule, 'LHR', 'work', '--until', '31', 'Dec', '2026', '--shorten')).toEqual(expected);
    expect(read(grantModule, '--until', '31 Dec 2026', 'LHR', '--shorten', 'work')).toEqual(expected);
    expect(read(grantModule, 'LHR', 'work', 'until', '31', 'Dec', '2026', 'shorten')).toEqual(expected);
  });

  test('may not give the same argument twice', () => {
    expect(() => read(grantModule, 'LHR', 'work', '--until', '2026-12-31', 'until', '2027-12-31')).toThrow(
      /given twice/,
    );
  });

  test('may hold anything in a value', () => {
    const name = '--name=x "; $(reboot) ’ «';
    expect(read(createOrg, '--name', name, '--code', 'ABC')).toEqual({ name, code: 'ABC' });
  });
});

describe('a line to type', () => {
  test.each(['London Heathrow', "O'Hare", '$(reboot) `x` "quoted" ; rm -rf /', 'a\\b', '東京', '--dashes', 'x=y!'])(
    'means the same to a shell: %s',
    (name) => {
      const line = commandLine(createOrg, { name, code: 'ABC', modules: ['work', 'assets'] });
      const words = execFileSync('sh', ['-c', line.replace('pnpm ops', "printf '%s\\0'")], { encoding: 'utf8' });
      const [, ...typed] = words.split('\0').slice(0, -1);
      expect(read(createOrg, ...typed)).toEqual({ name, code: 'ABC', modules: 'work,assets' });
    },
  );

  test('leaves out what was not given', () => {
    const input = { org: 'LHR', module: '', until: undefined, shorten: false };
    expect(commandLine(grantModule, input)).toBe('pnpm ops grant LHR');
  });
});
