import { counted } from '../domain/counted.ts';
import type { ImportFile } from '../domain/import-file.ts';
import type { ImportPlan } from '../domain/import-plan.ts';
import { companionName, keptCsv, problemsCsv } from '../domain/import-texts.ts';
import type { Attachment } from './service/report.ts';

// The files that go with an import's report.

/** A file as it was read, under its own name. */
export interface NamedFile extends ImportFile {
  readonly name: string;
}

/** As many of a kind are listed; the rest stands in a file. */
export const LISTED = 10;

/** All problems, where the report does not list them all. */
export function problemsFile({ name, problems }: NamedFile): Attachment[] {
  if (problems.length <= LISTED) return [];
  const summary = `All ${counted(problems.length, 'problem')} with line, column, value and what is allowed`;
  return [{ name: companionName(name, 'problems'), content: problemsCsv(problems), summary }];
}

/** All that was kept, where the report does not list it all. */
export function keptFile({ name }: NamedFile, plan: ImportPlan): Attachment[] {
  if (plan.renamed.length <= LISTED && plan.closed.length <= LISTED) return [];
  return [
    {
      name: companionName(name, 'kept'),
      content: keptCsv(plan),
      summary: 'All that stays as it is although the file says otherwise',
    },
  ];
}

/** The lines as they stood, so that they can be mended and imported again. */
export function rejectedFile({ name, rejectedCount, rejectedCsv }: NamedFile): Attachment[] {
  if (rejectedCount === 0) return [];
  const summary = `${counted(rejectedCount, 'line')} to mend and import again`;
  return [{ name: companionName(name, 'rejected'), content: rejectedCsv(), summary }];
}
