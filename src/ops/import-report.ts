import { counted } from '../domain/counted.ts';
import type { ImportFile } from '../domain/import-file.ts';
import { changesNothing, countPlan, type ImportPlan, planWords } from '../domain/import-plan.ts';
import type { RowProblem } from '../domain/import-row.ts';
import type { Offer } from '../errors.ts';
import { keptFile, LISTED, type NamedFile, problemsFile, rejectedFile } from './import-attachments.ts';
import type { Context } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

export interface Imported {
  readonly file: NamedFile;
  readonly plan: ImportPlan;
  readonly cacheNote: Part | undefined;
}

interface Shown {
  readonly file: NamedFile;
  readonly plan: ImportPlan;
  /** There are problems, and nobody asked to skip them. */
  readonly blocked: boolean;
}

/** What an import would do. Tone `attention` without anything to confirm means: not like this. */
export function previewReport(context: Context, { file, plan, blocked }: Shown): Report {
  const { problems, rejectedCount } = file;
  const nothing = changesNothing(plan);
  const useless = blocked || (nothing && rejectedCount === file.lineCount);
  const attachments = [
    ...problemsFile(file),
    ...keptFile(file, plan),
    ...(!blocked && nothing ? rejectedFile(file) : []),
  ];
  return {
    tone: useless ? 'attention' : nothing ? 'unchanged' : 'info',
    title: previewTitle({ file, plan, blocked }),
    parts: [
      countParts(file, plan, WOULD_DO),
      ...problemParts(problems),
      ...keptParts(plan),
      ...(blocked ? [wayOut(plan)] : []),
    ],
    offers: blocked && !nothing ? [skipOffer(context, file)] : [],
    attachments,
  };
}

/** What an import did. */
export function importReport({ file, plan, cacheNote }: Imported): Report {
  const done = planWords(countPlan(plan), { imports: 'imported', adds: 'added' });
  const left = file.rejectedCount > 0 ? `; ${counted(file.rejectedCount, 'line was', 'lines were')} left out` : '';
  const parts = [countParts(file, plan, DID), ...keptParts(plan), ...(cacheNote ? [cacheNote] : [])];
  const attachments = [...rejectedFile(file), ...problemsFile(file), ...keptFile(file, plan)];
  if (done === '') {
    const title = `Everything in ${file.name} is there already${left}. Nothing was changed.`;
    return { tone: 'unchanged', title, parts, attachments };
  }
  return {
    tone: file.rejectedCount > 0 ? 'attention' : 'done',
    title: `${done.charAt(0).toUpperCase()}${done.slice(1)} from ${file.name}${left}.`,
    parts: [...parts, ...problemParts(file.problems)],
    attachments,
    announcement: announcement(file, plan),
  };
}

function previewTitle({ file, plan, blocked }: Shown): string {
  const found = `${counted(file.problems.length, 'problem')} in ${counted(file.rejectedCount, 'line')}`;
  if (blocked) return `${file.name} has ${found}. Nothing will be imported like this.`;
  const left = file.rejectedCount > 0 ? `; ${counted(file.rejectedCount, 'line')} would be left out` : '';
  if (file.rejectedCount === file.lineCount) return `${file.name} has no line that can be imported: ${found}.`;
  if (changesNothing(plan)) return `Everything in ${file.name} is there already${left}. There is nothing to import.`;
  return `${file.name} would ${planWords(countPlan(plan))}${left}.`;
}

function announcement({ rejectedCount }: ImportFile, plan: ImportPlan): string {
  const counts = countPlan(plan);
  const withModules = counts.modules > 0 ? ` with ${counted(counts.modules, 'module')}` : '';
  const made =
    counts.organisations > 0 ? [`imported ${counted(counts.organisations, 'organisation')}${withModules}`] : [];
  const added =
    counts.extended > 0
      ? [`added ${counted(counts.extraModules, 'module')} to ${counted(counts.extended, 'organisation')}`]
      : [];
  const left = rejectedCount > 0 ? [`left out ${counted(rejectedCount, 'line')}`] : [];
  return `${[...made, ...added, ...left].join(', ')} from a file`;
}

const WOULD_DO = { create: 'To create', add: 'To add', leaveOut: 'Lines with problems' };
const DID: typeof WOULD_DO = { create: 'Created', add: 'Added', leaveOut: 'Lines left out' };

function countParts(file: ImportFile, plan: ImportPlan, labels: typeof WOULD_DO): Part {
  const { organisations, modules, extended, extraModules } = countPlan(plan);
  const facts: [string, number, string][] = [
    ['Lines', file.lineCount, file.lineCount.toLocaleString('en-GB')],
    [labels.create, organisations, `${counted(organisations, 'organisation')} with ${counted(modules, 'module')}`],
    [labels.add, extended, `${counted(extraModules, 'module')} to ${counted(extended, 'organisation')}`],
    ['Unchanged', plan.unchanged, counted(plan.unchanged, 'organisation')],
    ['Names kept', plan.renamed.length, counted(plan.renamed.length, 'organisation')],
    ['Access kept as it is', plan.closed.length, counted(plan.closed.length, 'module')],
    [labels.leaveOut, file.rejectedCount, file.rejectedCount.toLocaleString('en-GB')],
  ];
  return { kind: 'facts', facts: facts.filter(([, count]) => count > 0).map(([label, , words]) => [label, words]) };
}

function problemParts(problems: readonly RowProblem[]): Part[] {
  if (problems.length === 0) return [];
  const rows = problems
    .slice(0, LISTED)
    .map(({ line, column, value, message }) => [String(line), column ?? '', value, message]);
  const rest = problems.length - rows.length;
  const table: Part = { kind: 'table', columns: ['Line', 'Column', 'Value', 'What is wrong'], rows };
  return rest > 0
    ? [table, { kind: 'note', text: `And ${rest.toLocaleString('en-GB')} more: the file with all problems has them.` }]
    : [table];
}

function wayOut(plan: ImportPlan): Part {
  const rest = changesNothing(plan) ? '' : ', or leave them out and import the others: they come back in a file';
  return {
    kind: 'text',
    text: `Nothing is imported until the lines are mended: mend them and import the file again${rest}.`,
  };
}

function skipOffer(context: Context, { rejectedCount }: ImportFile): Offer {
  const label = `Leave out ${counted(rejectedCount, 'line')}`;
  return { label, operation: 'bulk-import', input: { ...context.raw, skipInvalid: true } };
}

function keptParts({ renamed, closed }: ImportPlan): Part[] {
  const names = renamed
    .slice(0, LISTED)
    .map(({ code, here, inFile }) => `${code} stays “${here}”; the file says “${inFile}”.`);
  const commands = closed.slice(0, LISTED).map(({ code, moduleKey, is }) => ({
    words: `grant ${code} ${moduleKey}`,
    summary: `${code}’s access to ${moduleKey} is ${is}`,
  }));
  const rest = Math.max(0, renamed.length - LISTED) + Math.max(0, closed.length - LISTED);
  return [
    ...(names.length > 0 ? [{ kind: 'list', items: names } as const] : []),
    ...(commands.length > 0
      ? [
          { kind: 'text', text: 'A file gives nothing back that was suspended or has ended. To do so:' } as const,
          { kind: 'commands', commands } as const,
        ]
      : []),
    ...(rest > 0
      ? [
          {
            kind: 'note',
            text: `And ${rest.toLocaleString('en-GB')} more: the file of what was kept has them.`,
          } as const,
        ]
      : []),
  ];
}
