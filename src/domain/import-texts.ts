import { stringify } from 'csv-stringify/sync';
import type { ImportPlan } from './import-plan.ts';
import type { RowProblem } from './import-row.ts';

// Lists for people, as CSV. What looks like a formula is made harmless, for they are opened in spreadsheets.

const FOR_PEOPLE = { escape_formulas: true } as const;

/** Every problem of a file: line, column, value, message. */
export function problemsCsv(problems: readonly RowProblem[]): string {
  const rows = problems.map(({ line, column, value, message }) => [String(line), column ?? '', value, message]);
  return stringify([['line', 'column', 'value', 'message'], ...rows], FOR_PEOPLE);
}

/** Everything that was left as it is although the file says otherwise. */
export function keptCsv({ renamed, closed }: ImportPlan): string {
  const names = renamed.map(({ code, here, inFile }) => [code, 'name', here, inFile]);
  const access = closed.map(({ code, moduleKey, is }) => [code, moduleKey, is, 'access']);
  return stringify([['code', 'what', 'here', 'in the file'], ...names, ...access], FOR_PEOPLE);
}

/** What a file's companion is called: `airports.problems.csv` beside `airports.csv`. */
export function companionName(fileName: string, kind: string): string {
  const stem = fileName.replace(/\.[^.]*$/, '') || 'import';
  return `${stem}.${kind}.csv`;
}
