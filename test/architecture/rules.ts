import type { IForbiddenRuleType } from 'dependency-cruiser';

/**
 * Who may import whom in src. Every file belongs to exactly one layer, and imports from its own and from those it `may`;
 * of those in `mayTypesOf` it takes types alone. Paths are regular expressions from the project's root.
 */
export const LAYERS = {
  errors: { path: '^src/errors\\.ts$', may: [], mayTypesOf: [] },
  ports: { path: '^src/ports(/|\\.ts$)', may: [], mayTypesOf: [] },
  version: { path: '^src/version\\.ts$', may: [], mayTypesOf: [] },
  domain: { path: '^src/domain/', may: ['errors'], mayTypesOf: ['ports'] },
  models: { path: '^src/models/', may: ['domain', 'ports', 'errors'], mayTypesOf: [] },
  ops: { path: '^src/ops/', may: ['models', 'domain', 'ports', 'errors'], mayTypesOf: [] },
  faces: { path: '^src/faces/', may: ['ops', 'ports', 'errors'], mayTypesOf: [] },
  config: { path: '^src/config(/|\\.ts$)', may: ['domain', 'ports', 'errors'], mayTypesOf: [] },
  adapters: { path: '^src/adapters/', may: ['domain', 'ports', 'config', 'errors'], mayTypesOf: [] },
  // The only files that join the sides.
  joints: {
    path: '^src/(main|bot|worker|work|daemon|record-start|cli|compose)\\.ts$',
    may: ['faces', 'ops', 'models', 'domain', 'adapters', 'config', 'ports', 'errors', 'version'],
    mayTypesOf: [],
  },
} satisfies Record<string, { path: string; may: string[]; mayTypesOf: string[] }>;

type LayerName = keyof typeof LAYERS;

const anywhere = '^src/';
const adapters = '^src/adapters/';
const terminal = '^src/faces/terminal/';
const schema = '^(knexfile\\.ts$|migrations/)';

/** Each package's home: where it may be imported. ports.ts may name its types too. */
export const PACKAGE_HOMES: Record<string, { homes: string[]; typesAnywhere?: true }> = {
  '@aws-sdk/client-s3': { homes: [adapters] },
  '@aws-sdk/lib-storage': { homes: [adapters] },
  '@inquirer/prompts': { homes: [terminal] },
  '@slack/bolt': { homes: ['^src/faces/slack/'] },
  '@slack/web-api': { homes: ['^src/faces/slack/', adapters] },
  'age-encryption': { homes: [adapters] },
  'cli-progress': { homes: [terminal] },
  commander: { homes: [terminal] },
  croner: { homes: ['^src/domain/'] },
  cronstrue: { homes: ['^src/domain/'] },
  'csv-parse': { homes: ['^src/domain/', terminal] },
  'csv-stringify': { homes: ['^src/domain/', terminal] },
  dockerode: { homes: [adapters] },
  'fast-string-width': { homes: [terminal] },
  'fast-wrap-ansi': { homes: [terminal] },
  ioredis: { homes: [adapters] },
  knex: { homes: [adapters, '^src/models/', schema], typesAnywhere: true },
  'node-cron': { homes: ['^src/faces/scheduler/'] },
  objection: { homes: ['^src/models/'] },
  pg: { homes: [adapters] },
  'pg-boss': { homes: [adapters, '^migrations/'] },
  pino: { homes: [adapters] },
  'prom-client': { homes: [adapters] },
  'temporal-polyfill': { homes: ['^src/domain/'] },
  yaml: { homes: [LAYERS.config.path] },
  zod: { homes: [anywhere] },
};

/** The same as dependency-cruiser's rules; the comment is what a violation says. */
export const RULES: IForbiddenRuleType[] = [
  ...Object.keys(LAYERS).flatMap((name) => layerRules(name as LayerName)),
  ...Object.keys(PACKAGE_HOMES).flatMap(packageRules),
  {
    name: 'src stands alone',
    comment: 'nothing in src imports workbench, test or bench: they are not shipped',
    from: { path: '^src/' },
    to: { path: '^(workbench|test|bench)/' },
  },
  {
    name: 'faces are strangers',
    comment: 'a face does not import another face: what two share stands in src/faces itself or in ops',
    from: { path: '^src/faces/([^/]+)/' },
    to: { path: '^src/faces/[^/]+/', pathNot: '^src/faces/$1/' },
  },
];

function layerRules(name: LayerName): IForbiddenRuleType[] {
  const { path, may, mayTypesOf } = LAYERS[name];
  const pathsOf = (names: string[]) => names.map((other) => LAYERS[other as LayerName].path);
  const allowed = [path, ...pathsOf(may)];
  const comment = `${name} may import ${[...may, ...mayTypesOf.map((other) => `types of ${other}`)].join(', ') || 'nothing'}`;
  return [
    {
      name: `layer ${name}`,
      comment,
      from: { path },
      to: { path: '^src/', pathNot: allowed, dependencyTypesNot: ['type-only'] },
    },
    {
      name: `layer ${name}, types`,
      comment,
      from: { path },
      to: { path: '^src/', pathNot: [...allowed, ...pathsOf(mayTypesOf)], dependencyTypes: ['type-only'] },
    },
  ];
}

function packageRules(name: string): IForbiddenRuleType[] {
  const { homes = [], typesAnywhere } = PACKAGE_HOMES[name] ?? {};
  const path = `(^|/)node_modules/${name}/`;
  const governed = '^(src|migrations)/|^knexfile\\.ts$';
  const comment = `${name} is imported only in ${homes.join(', ')}`;
  const values: IForbiddenRuleType = {
    name: `package ${name}`,
    comment,
    from: { path: governed, pathNot: homes },
    to: { path, dependencyTypesNot: ['type-only'] },
  };
  const types: IForbiddenRuleType = {
    name: `package ${name}, types`,
    comment,
    from: { path: governed, pathNot: [...homes, LAYERS.ports.path] },
    to: { path, dependencyTypes: ['type-only'] },
  };
  return typesAnywhere ? [values] : [values, types];
}
