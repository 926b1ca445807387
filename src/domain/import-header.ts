import { UserError } from '../errors.ts';
import { clipped } from './clipped.ts';
import { listWords } from './module-keys.ts';
import { nearest } from './nearest.ts';

/** The columns of an import file, in the order in which people list them. */
export const IMPORT_COLUMNS = ['name', 'code', 'modules'] as const;

export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

export type Delimiter = ',' | ';' | '\t';

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];

const ADVICE =
  'The first line names the columns name, code and modules, in any order, separated by commas, semicolons or tabs.';

/** Finds what separates the columns: whatever makes most of a header's line known columns. */
export function findDelimiter(headerLine: string): Delimiter {
  const ranked = DELIMITERS.map((delimiter) => {
    const cells = headerLine.split(delimiter).map((cell) => columnName(cell.trim().replace(/^"(.*)"$/, '$1')));
    return { delimiter, known: cells.filter(isColumn).length, cells: cells.length };
  });
  return ranked.toSorted((a, b) => b.known - a.known || b.cells - a.cells)[0]?.delimiter ?? ',';
}

/** Where each column stands in a line. Throws UserError naming what is missing, unknown or there twice. */
export function readHeader(cells: readonly string[]): Readonly<Record<ImportColumn, number>> {
  const names = cells.map(columnName);
  const missing = IMPORT_COLUMNS.filter((column) => !names.includes(column));
  const unknown = names.filter((name) => name !== '' && !isColumn(name));
  const twice = IMPORT_COLUMNS.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
  const faults = [
    ...missing.map((column) => `the column “${column}” is missing`),
    ...unknown.map((name) => unknownColumn(name, missing)),
    ...twice.map((column) => `the column “${column}” is there twice`),
  ];
  if (faults.length > 0) throw headerFault(`In the header ${listWords(faults)}.`);
  return { name: names.indexOf('name'), code: names.indexOf('code'), modules: names.indexOf('modules') };
}

/** A header that cannot be taken; nothing was imported. */
export function headerFault(found: string): UserError {
  return new UserError({ argument: 'file', message: `${found} ${ADVICE} Nothing was imported.` });
}

/** How many columns the header has, without empty ones at its end. */
export function headerWidth(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => columnName(cell) !== '') + 1;
}

function unknownColumn(name: string, missing: readonly string[]): string {
  const meant = nearest(name, missing);
  return `“${clipped(name, 60)}” is no column that CapOps knows${meant ? ` (did you mean “${meant}”?)` : ''}`;
}

function columnName(cell: string): string {
  return cell.trim().toLowerCase();
}

function isColumn(name: string): name is ImportColumn {
  return (IMPORT_COLUMNS as readonly string[]).includes(name);
}
