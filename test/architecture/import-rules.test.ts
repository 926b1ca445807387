import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { cruiseProject } from './cruise.ts';
import { PLANTS, plantProject } from './plants.ts';
import { LAYERS, PACKAGE_HOMES, RULES } from './rules.ts';

const GOVERNED = ['src', 'migrations', 'knexfile.ts'].filter((path) => existsSync(join(PROJECT_ROOT, path)));
const SOURCES = globSync('src/**/*.{ts,tsx}', { cwd: PROJECT_ROOT });

describe('the import rules', () => {
  test('hold in this project', async () => {
    const { sources, violations } = await cruiseProject(PROJECT_ROOT, GOVERNED);
    expect(sources.length).toBeGreaterThan(10);
    expect(sources).toEqual(expect.arrayContaining(SOURCES));
    expect(violations).toEqual([]);
  });

  test('find each planted violation and nothing else', async () => {
    using project = plantProject(PLANTS);
    const { violations } = await cruiseProject(project.root, ['src', 'migrations']);
    const planted = PLANTS.flatMap(({ file, breaks }) => breaks.map((rule) => `${rule}: ${file}`));
    expect(violations.map((line) => line.split(' -> ')[0]).sort()).toEqual(planted.sort());
    expect(violations).toContain(
      'layer faces: src/faces/terminal/takes.ts -> src/models/a.ts (faces may import ops, ports, errors)',
    );
  });

  test('are all planted against', () => {
    const planted = new Set(PLANTS.flatMap(({ breaks }) => breaks));
    expect(RULES.map((rule) => rule.name).filter((name) => !planted.has(name ?? ''))).toEqual([]);
  });

  test('govern every file in src', () => {
    const layersOf = (file: string) => Object.values(LAYERS).filter(({ path }) => new RegExp(path).test(file));
    expect(SOURCES.filter((file) => layersOf(file).length !== 1)).toEqual([]);
  });

  test('give every package that CapOps runs with a home', () => {
    const { dependencies } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
    // The package lists itself so that `pnpm exec capops` finds its command.
    const packages = Object.keys(dependencies).filter((name) => name !== 'capops');
    expect(packages.filter((name) => !(name in PACKAGE_HOMES))).toEqual([]);
  });
});

describe('the environment', () => {
  const readers = (files: { file: string; text: string }[]) =>
    files.filter(({ text }) => /process\??\.env\b|process\[|\benv\b.*(=\s*process\b|'(node:)?process')/.test(text));

  test('is read by the configuration alone', () => {
    const elsewhere = SOURCES.filter((file) => !new RegExp(LAYERS.config.path).test(file));
    const texts = elsewhere.map((file) => ({ file, text: readFileSync(join(PROJECT_ROOT, file), 'utf8') }));
    expect(readers(texts).map(({ file }) => file)).toEqual([]);
  });

  test.each([
    'const port = process.env.PORT;',
    "const { PORT } = process['env'];",
    'const { env } = process;',
    "import { env } from 'node:process';",
  ])('is seen to be read in: %s', (text) => {
    expect(readers([{ file: 'planted.ts', text }])).toHaveLength(1);
  });
});
