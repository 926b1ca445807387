import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Checked, fault, show } from './faults.ts';

/** Where the programs are that CapOps runs. */
export interface Programs {
  /** PG_BIN: the only folder in which PostgreSQL's are looked for; undefined: PATH and Debian's own folders. */
  readonly pgBin: string | undefined;
  /** What they are given of our environment: where to look, and whose home it is; no setting and no secret. */
  readonly environment: Readonly<Record<string, string>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

const PASSED_ON = ['PATH', 'HOME', 'LD_LIBRARY_PATH', 'TMPDIR'];

const programsSchema = z.object({
  PG_BIN: z
    .string()
    .transform((folder) => resolve(folder))
    .refine(
      (folder) => ['pg_dump', 'pg_restore'].every((name) => isExecutable(join(folder, name))),
      'a folder that holds pg_dump and pg_restore, such as /usr/lib/postgresql/17/bin',
    )
    .optional(),
});

/** Checks where programs are to be looked for. */
export function readPrograms(variables: Variables): Checked<Programs> {
  const { data, error } = programsSchema.safeParse(variables);
  if (!data) {
    return {
      value: undefined,
      faults: error.issues.map((issue) => fault('PG_BIN', show(variables.PG_BIN), issue.message)),
    };
  }
  const environment = Object.fromEntries(
    PASSED_ON.flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])),
  );
  return { value: { pgBin: data.PG_BIN, environment }, faults: [] };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
