import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { RULES } from './rules.ts';

/** `violations` as one line each, sorted: `rule: from -> to (what is allowed)`. */
export type Cruised = { sources: string[]; violations: string[] };

/** Reads the imports of all files under the given folders (or files) of a project, and holds them against the rules. */
export async function cruiseProject(root: string, folders: string[]): Promise<Cruised> {
  const { output } = await cruise(folders, {
    baseDir: root,
    // TypeScript 7 has no API that dependency-cruiser could use: without this parser it reads nothing and finds no fault.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    validate: true,
    ruleSet: { forbidden: RULES },
  });
  const { modules, summary } = output as ICruiseResult;
  return {
    sources: modules.map((module) => module.source).filter((source) => folders.some((path) => source.startsWith(path))),
    violations: summary.violations
      .map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to} (${commentOf(rule.name)})`)
      .sort(),
  };
}

function commentOf(name: string): string | undefined {
  return RULES.find((rule) => rule.name === name)?.comment;
}
