import { createHash } from 'node:crypto';
import { type Access, type Standing, standing } from './access-change.ts';
import { counted } from './counted.ts';
import type { ImportRow } from './import-row.ts';
import type { ModuleKey } from './module-keys.ts';

/** An organisation that the platform has, and its access by module. */
export interface PresentOrganisation {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly access: ReadonlyMap<string, Access>;
}

/** What a file's good lines come to. Nothing that exists is taken away, renamed or given back. */
export interface ImportPlan {
  readonly create: readonly Pick<ImportRow, 'code' | 'name' | 'modules'>[];
  /** Modules that organisations which exist get in addition. */
  readonly add: readonly {
    readonly organisationId: string;
    readonly code: string;
    readonly modules: readonly ModuleKey[];
  }[];
  /** How many organisations have all that the file wants for them. */
  readonly unchanged: number;
  /** Organisations whose name differs; the platform's is kept. */
  readonly renamed: readonly { readonly code: string; readonly here: string; readonly inFile: string }[];
  /** Access that somebody took away or let end: a file does not give it back. */
  readonly closed: readonly {
    readonly code: string;
    readonly moduleKey: ModuleKey;
    readonly is: Exclude<Standing, 'open'>;
  }[];
}

/** Compares a file's good lines with what there is, by code. */
export function planImport(
  rows: readonly ImportRow[],
  present: ReadonlyMap<string, PresentOrganisation>,
  now: Date,
): ImportPlan {
  const known = rows.flatMap((row) => {
    const organisation = present.get(row.code);
    return organisation ? [{ row, organisation }] : [];
  });
  const add = known.flatMap(({ row, organisation: { id, code, access } }) => {
    const modules = row.modules.filter((key) => !access.has(key));
    return modules.length > 0 ? [{ organisationId: id, code, modules }] : [];
  });
  return {
    create: rows.filter(({ code }) => !present.has(code)),
    add,
    unchanged: known.length - add.length,
    renamed: known.flatMap(({ row, organisation: { code, name } }) =>
      row.name === name ? [] : [{ code, here: name, inFile: row.name }],
    ),
    closed: known.flatMap(({ row, organisation }) => closedAccess(row, organisation, now)),
  };
}

function closedAccess(row: ImportRow, { access }: PresentOrganisation, now: Date): ImportPlan['closed'] {
  return row.modules.flatMap((moduleKey) => {
    const held = access.get(moduleKey);
    const is = held ? standing(held, now) : 'open';
    return is === 'open' ? [] : [{ code: row.code, moduleKey, is }];
  });
}

/** How much a plan changes. */
export interface ImportCounts {
  readonly organisations: number;
  /** Modules of the new organisations. */
  readonly modules: number;
  /** Organisations that exist and get modules in addition. */
  readonly extended: number;
  readonly extraModules: number;
}

export function countPlan({ create, add }: ImportPlan): ImportCounts {
  const modulesOf = (entries: readonly { modules: readonly ModuleKey[] }[]) =>
    entries.reduce((sum, { modules }) => sum + modules.length, 0);
  return {
    organisations: create.length,
    modules: modulesOf(create),
    extended: add.length,
    extraModules: modulesOf(add),
  };
}

export function changesNothing({ create, add }: ImportPlan): boolean {
  return create.length === 0 && add.length === 0;
}

/** A hash over every organisation and module that the plan would add; in hex. */
export function planDigest({ create, add }: ImportPlan): string {
  const hash = createHash('sha256');
  for (const { code, modules } of create) hash.update(`create ${code} ${modules.join()}\n`);
  for (const { organisationId, code, modules } of add) hash.update(`add ${organisationId} ${code} ${modules.join()}\n`);
  return hash.digest('hex');
}

/** The act in words: `import 120 organisations and add 14 modules to 9 others`; the verbs may stand in another tense. */
export function planWords(
  { organisations, extended, extraModules }: ImportCounts,
  { imports, adds } = { imports: 'import', adds: 'add' },
): string {
  const others = organisations > 0 ? 'other' : 'organisation';
  return [
    ...(organisations > 0 ? [`${imports} ${counted(organisations, 'organisation')}`] : []),
    ...(extended > 0 ? [`${adds} ${counted(extraModules, 'module')} to ${counted(extended, others)}`] : []),
  ].join(' and ');
}
