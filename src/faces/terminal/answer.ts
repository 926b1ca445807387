import type { Offer, Problem } from '../../errors.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { Report } from '../../ops/service/report.ts';
import type { AwaitingOutcome, Outcome, PreviewOutcome } from '../../ops/service/service.ts';
import { writeAttachment } from './attachments.ts';
import { PREFIX } from './command-line.ts';
import { type Format, jsonLines, writeData } from './data-formats.ts';
import { EXIT } from './exit-code.ts';
import { writeLines } from './output.ts';
import { messageLines, offerLines, problemLines, reportLines } from './report.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** How an answer is to be given. */
export interface Answer {
  readonly terminal: Terminal;
  readonly operations: readonly Operation[];
  readonly operation: Operation;
  readonly format: Format;
  /** Where files that come with a report are written. */
  readonly attachmentFolder: string;
  /** Only the preview is wanted. */
  readonly dryRun: boolean;
}

/** Draws how a request ended. Resolves with the exit code. */
export async function conclude(answer: Answer, outcome: Exclude<Outcome, PreviewOutcome>): Promise<number> {
  const { terminal, operation, operations, format } = answer;
  switch (outcome.kind) {
    case 'done':
      if (format === 'table') await showReport(answer, outcome.report);
      else {
        await writeData(terminal.out, operation, { format, data: outcome.data });
        await writeLines(terminal.messages, messageLines(outcome.report, terminal.messages.paper));
      }
      return (await keepAttachments(answer, outcome.report)) && !outcome.report.broken ? EXIT.done : EXIT.failed;
    case 'refused':
      await showProblems(terminal, outcome.error.problems, { offers: outcome.error.offers, operations });
      return EXIT.badInput;
    case 'denied':
      await showProblems(terminal, [{ message: outcome.error.message }]);
      return EXIT.declined;
    case 'awaiting':
      await showWaiting(answer, outcome);
      return EXIT.waiting;
    case 'queued':
      await showReport(answer, outcome.report);
      return EXIT.waiting;
    case 'ended':
      await showProblems(terminal, [{ message: outcome.message }]);
      return EXIT.declined;
    case 'failed':
      await showProblems(terminal, [{ message: outcome.message }]);
      await writeLines(terminal.messages, [
        `Reference ${outcome.reference}. With CAPOPS_LOG_LEVEL=error the details are shown here.`,
      ]);
      return EXIT.failed;
  }
}

/** Who is waited for, for how long, and how they answer. */
export async function showWaiting(answer: Answer, { runId, report }: AwaitingOutcome): Promise<void> {
  const { terminal, format } = answer;
  if (format === 'table') await showReport(answer, report);
  else await writeLines(terminal.messages, messageLines(report, terminal.messages.paper));
  await writeLines(terminal.messages, [howToApprove(runId)]);
}

function howToApprove(runId: string): string {
  const id = runId.slice(0, 8);
  return `They approve it in Slack, or with “${PREFIX}:approve ${id}”, and it runs then. “${PREFIX}:show-run ${id}” shows what came of it.`;
}

/** Draws what would happen; where nothing follows, it is also the data. */
export async function showPreview(answer: Answer, preview: PreviewOutcome): Promise<void> {
  const { terminal, format, dryRun } = answer;
  const { tone, title, parts = [] } = preview.report;
  const isTheEnd = dryRun || preview.confirmation === undefined;
  if (preview.moved) await writeLines(terminal.messages, [MOVED]);
  if (format === 'table') await showReport(answer, preview.report);
  else if (format === 'json' && isTheEnd) {
    await writeLines(terminal.out, jsonLines({ preview: { tone, title, parts } }));
  } else await writeLines(terminal.messages, messageLines(preview.report, terminal.messages.paper));
  if (format === 'table' && !isTheEnd) await terminal.out.write('\n');
}

const MOVED = 'The state has changed since that preview was made. This is what would happen now:';

async function showReport({ terminal: { out }, operations }: Answer, report: Report): Promise<void> {
  await writeLines(out, reportLines(report, out.paper, operations));
}

/** Writes what is wrong, and the ways on. */
export async function showProblems(
  { messages }: Terminal,
  problems: readonly Problem[],
  { offers, operations }: { offers: readonly Offer[]; operations: readonly Operation[] } = {
    offers: [],
    operations: [],
  },
): Promise<void> {
  const { paper } = messages;
  await writeLines(messages, [...problemLines(problems, paper), ...offerLines(offers, paper, operations)]);
}

/** Writes the files that come with a report. False when one could not be written; that is said. */
export async function keepAttachments(
  { terminal: { messages }, attachmentFolder }: Answer,
  { attachments = [] }: Report,
): Promise<boolean> {
  let all = true;
  for (const attachment of attachments) {
    try {
      const path = await writeAttachment(attachment, attachmentFolder);
      await writeLines(messages, [`${visible(attachment.summary).replace(/\.$/, '')}: ${visible(path)}`]);
    } catch (error) {
      all = false;
      await writeLines(messages, [`${visible(attachment.name)} could not be written: ${(error as Error).message}`]);
    }
  }
  return all;
}
