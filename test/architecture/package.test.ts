import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

type Package = Record<'dependencies' | 'devDependencies', Record<string, string>> & { scripts: Record<string, string> };

const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');
const textOf = (...patterns: string[]) => globSync(patterns, { cwd: PROJECT_ROOT }).map(read).join('\n');
const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Package;

const SHIPPED = textOf('src/**/*.ts', 'migrations/**/*.ts', 'knexfile.ts');
const EVERYTHING = SHIPPED + textOf('{test,workbench,bench}/**/*.{ts,tsx}', '*.config.ts');

/** What no file of ours names, and why it is here. */
const UNNAMED: Record<string, string> = {
  '@swc/core': 'dependency-cruiser reads TypeScript with it',
  '@types/node': 'the types of Node itself',
  capops: 'the package lists itself so that `pnpm exec capops` finds its command',
};

describe('package.json', () => {
  test('lists nothing to run CapOps with that CapOps does not import', () => {
    expect(Object.keys(dependencies).filter((name) => !(name in UNNAMED || isImported(name, SHIPPED)))).toEqual([]);
  });

  test('lists nothing to work on CapOps with that nothing names', () => {
    const unused = Object.keys(devDependencies).filter((name) => !(name in UNNAMED || isNamed(typed(name))));
    expect(unused).toEqual([]);
  });

  test('names exact versions', () => {
    const versions = Object.values({ ...dependencies, ...devDependencies }).filter((version) => version !== 'link:.');
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('is held by a lockfile that names no registry', () => {
    const lines = read('pnpm-lock.yaml').split('\n');
    expect(lines.length).toBeGreaterThan(100);
    const addresses = lines.filter((line) => /\btarball:|:\/\//.test(line) && !/^ +deprecated:/.test(line));
    expect(addresses).toEqual([]);
  });
});

/** By a statement (`from 'x'`, `import 'x'`) or by a call (`import('x')`), the package or a part of it (`x/y`). */
function isImported(name: string, text: string): boolean {
  return new RegExp(`(from|import|require)\\s*\\(?\\s*'${name}(/[^']+)?'`).test(text);
}

function isNamed(name: string): boolean {
  return new RegExp(`['"]${name}(/[^'"]+)?['"]`).test(EVERYTHING);
}

/** `@types/react` is here for `react`. */
function typed(name: string): string {
  return name.replace(/^@types\//, '');
}
