import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE_HOMES, RULES } from './rules.ts';

/** A file of a made-up project, and the names of the rules it breaks, once for each violation. */
export type Plant = { file: string; text: string; breaks: string[] };

/** At least one violation of every rule, in each way of importing, and neighbours that break none. */
export const PLANTS: Plant[] = [
  ...['domain', 'models', 'ops', 'adapters', 'config', 'faces/slack', 'faces/terminal'].map((folder) =>
    harmless(`src/${folder}/a.ts`),
  ),
  ...['src/main.ts', 'workbench/page.ts', 'test/a.ts', 'bench/a.ts'].map(harmless),

  plant('src/errors.ts', `${value('./ports.ts')} ${type('./ports.ts')}`, 'layer errors', 'layer errors, types'),
  plant('src/ports.ts', `${value('./errors.ts')} ${type('./errors.ts')}`, 'layer ports', 'layer ports, types'),
  plant('src/version.ts', `${value('./ports.ts')} ${type('./ports.ts')}`, 'layer version', 'layer version, types'),
  ...trespass('domain', 'src/domain', '../models/a.ts'),
  ...trespass('models', 'src/models', '../ops/a.ts'),
  ...trespass('ops', 'src/ops', '../adapters/a.ts'),
  ...trespass('faces', 'src/faces/terminal', '../../models/a.ts'),
  ...trespass('config', 'src/config', '../adapters/a.ts'),
  ...trespass('adapters', 'src/adapters', '../ops/a.ts'),
  plant('src/domain/takes-ports.ts', value('../ports.ts'), 'layer domain'),
  plant('src/domain/takes-port-types.ts', type('../ports.ts')),
  plant('src/ops/imports-later.ts', "await import('../adapters/a.ts');", 'layer ops'),
  plant('src/models/exports-again.ts', "export * from '../ops/a.ts';", 'layer models'),
  plant('src/ops/starts-all.ts', value('../main.ts'), 'layer ops'),
  // The joints may import every layer: only a file that has none is out of their bounds.
  harmless('src/stray.ts'),
  plant('src/cli.ts', `${value('./ops/a.ts')} ${value('./adapters/a.ts')} ${value('./stray.ts')}`, 'layer joints'),
  plant('src/compose.ts', type('./stray.ts'), 'layer joints, types'),

  ...Object.keys(PACKAGE_HOMES).flatMap(stranger),
  plant('src/adapters/at-home.ts', ['ioredis', 'knex', 'pg', 'pino', '@slack/web-api'].map(value).join(' ')),
  plant('migrations/at-home.ts', value('knex')),
  plant('src/ops/names-knex.ts', type('knex')),

  plant('src/models/shows.ts', value('../../workbench/page.ts'), 'src stands alone'),
  plant('src/ops/tests.ts', value('../../test/a.ts'), 'src stands alone'),
  plant('src/ops/measures.ts', type('../../bench/a.ts'), 'src stands alone'),
  plant('src/faces/terminal/another.ts', value('../slack/a.ts'), 'faces are strangers'),
  plant('src/faces/terminal/same.ts', value('./a.ts')),
];

function plant(file: string, text: string, ...breaks: string[]): Plant {
  return { file, text: `${text} export const a = 1; export type A = number;`, breaks };
}

function harmless(file: string): Plant {
  return plant(file, '');
}

function value(target: string): string {
  return `import { a as taken } from '${target}'; console.log(taken);`;
}

function type(target: string): string {
  return `import type { A as Taken } from '${target}'; export type Again = Taken;`;
}

function trespass(layer: string, folder: string, target: string): Plant[] {
  return [
    plant(`${folder}/takes.ts`, value(target), `layer ${layer}`),
    plant(`${folder}/takes-types.ts`, type(target), `layer ${layer}, types`),
  ];
}

/** The package imported where it is not at home, by a value and by a type alone. */
function stranger(name: string): Plant[] {
  const rules = RULES.map((rule) => rule.name).filter((rule) => rule?.split(',')[0] === `package ${name}`);
  const atHome = PACKAGE_HOMES[name]?.homes.some((home) => new RegExp(home).test('src/ops/')) ?? false;
  const file = `${atHome ? 'migrations' : 'src/ops'}/${name.replaceAll(/\W/g, '-')}`;
  return [
    plant(`${file}.ts`, value(name), `package ${name}`),
    plant(`${file}-types.ts`, type(name), ...rules.filter((rule) => rule?.endsWith(', types')).map(String)),
  ];
}

/** Writes the plants, and a stand-in for every package, into a folder of their own; disposing removes it. */
export function plantProject(plants: Plant[]): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'capops-plants-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('package.json', JSON.stringify({ type: 'module' }));
  for (const name of Object.keys(PACKAGE_HOMES)) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  for (const { file, text } of plants) write(file, text);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}
