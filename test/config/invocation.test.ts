import { expect, test } from 'vitest';
import { readInvocation } from '../../src/config/invocation.ts';

const cwd = '/project';

test('paths start where the person stood when pnpm runs our script in the project’s root', () => {
  const env = { INIT_CWD: '/home/ada/files', npm_lifecycle_event: 'ops:bulk-import' };
  expect(readInvocation({ env, cwd }).folder).toBe('/home/ada/files');
});

test('paths start in the present folder when another script runs the command, or none', () => {
  const env = { INIT_CWD: '/home/ada/files', npm_lifecycle_event: 'nightly' };
  expect(readInvocation({ env, cwd }).folder).toBe(cwd);
  expect(readInvocation({ env: {}, cwd }).folder).toBe(cwd);
});

test('the first locale that is set says whether the terminal shows more than ASCII', () => {
  const isUtf8 = (env: NodeJS.ProcessEnv) => readInvocation({ env, cwd }).isUtf8;
  expect(isUtf8({ LANG: 'en_GB.UTF-8' })).toBe(true);
  expect(isUtf8({ LC_CTYPE: 'C.utf8', LANG: 'C' })).toBe(true);
  expect(isUtf8({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' })).toBe(false);
  expect(isUtf8({})).toBe(false);
});
