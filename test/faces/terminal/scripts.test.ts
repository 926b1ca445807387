import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { PROJECT_ROOT } from '../../setup/run-cli.ts';

const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('every operation has its script, and every such script its operation', () => {
  const names = OPERATIONS.map(({ name }) => name).filter((name) => name !== 'help');
  const expected = Object.fromEntries(names.map((name) => [`ops:${name}`, `node src/cli.ts ${name}`]));
  const found = Object.fromEntries(Object.entries(scripts).filter(([script]) => script.startsWith('ops:')));
  expect(found).toEqual(expected);
});
