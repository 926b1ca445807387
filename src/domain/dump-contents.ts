import type { DumpContents } from '../ports.ts';
import { refusalOf } from './plain-sql-refusals.ts';
import { type RoleUse, roleUse } from './plain-sql-roles.ts';
import type { SqlPiece } from './plain-sql-scanner.ts';
import { type SqlToken, skeletonOf, tokensOf } from './plain-sql-tokens.ts';

const MOST_REFUSALS = 20;
const HEAD_LENGTH = 1024;
const CODE = /^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?(FUNCTION|PROCEDURE|TRIGGER|RULE|EVENT TRIGGER) /;

/** Gathers what a dump brings while its pieces go by. */
export interface ContentsWatch {
  see(piece: SqlPiece): void;
  contents(): DumpContents;
}

export function watchContents(): ContentsWatch {
  const found = {
    tables: new Set<string>(),
    extensions: new Set<string>(),
    roles: new Set<string>(),
    code: new Set<string>(),
  };
  const refusals: string[] = [];
  let createsDatabase = false;
  return {
    see: (piece) => {
      const refusal = refusals.length < MOST_REFUSALS ? refusalOf(piece) : undefined;
      if (refusal) refusals.push(refusal);
      if (piece.kind === 'command' && /^\\c(onnect)?\b/.test(piece.text)) createsDatabase = true;
      if (piece.kind !== 'statement' || piece.goesOn || /^(INSERT|COPY|SELECT)\b/i.test(piece.text)) return;
      for (const role of rolesOf(roleUse(piece.text))) found.roles.add(role);
      const tokens = tokensOf(piece.text, HEAD_LENGTH);
      const skeleton = skeletonOf(tokens);
      if (/^(CREATE|DROP) DATABASE /.test(skeleton)) createsDatabase = true;
      const table = namedBy(tokens, skeleton, /^CREATE (UNLOGGED |FOREIGN )*TABLE (IF NOT EXISTS )?/);
      if (table) found.tables.add(table);
      const extension = namedBy(tokens, skeleton, /^CREATE EXTENSION (IF NOT EXISTS )?/);
      if (extension) found.extensions.add(plainName(extension));
      const [, what] = CODE.exec(skeleton) ?? [];
      if (what) found.code.add(codeName(tokens, what));
    },
    contents: () => ({
      tables: sorted(found.tables),
      extensions: sorted(found.extensions),
      roles: sorted(found.roles),
      code: sorted(found.code),
      createsDatabase,
      refusals,
    }),
  };
}

function rolesOf(use: RoleUse | undefined): readonly string[] {
  return use?.roles ?? [];
}

/** The name behind the words: `public.t`, `"Odd one".t`. */
function namedBy(tokens: readonly SqlToken[], skeleton: string, words: RegExp): string | undefined {
  const [head] = words.exec(skeleton) ?? [];
  if (head === undefined) return undefined;
  const begin = head.trim().split(' ').length;
  return nameAt(tokens, begin);
}

function nameAt(tokens: readonly SqlToken[], begin: number): string {
  let name = tokens[begin]?.raw ?? '';
  for (let at = begin + 1; tokens[at]?.value === '.'; at += 2) name += `.${tokens[at + 1]?.raw ?? ''}`;
  return name;
}

/** `FUNCTION public.say`, `TRIGGER seen ON public.t`. */
function codeName(tokens: readonly SqlToken[], what: string): string {
  const last = what.split(' ').at(-1);
  const at = tokens.findIndex(({ value }) => value === last) + 1;
  const name = nameAt(tokens, at);
  const on = tokens.findIndex(({ kind, value }) => kind === 'word' && value === (what === 'RULE' ? 'TO' : 'ON'));
  const isRoutine = what === 'FUNCTION' || what === 'PROCEDURE';
  return isRoutine || on < 0 ? `${what} ${name}` : `${what} ${name} ON ${nameAt(tokens, on + 1)}`;
}

function plainName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].sort();
}
