import { CancelledError } from '../../ops/service/cancellation.ts';
import type { AwaitingOutcome, Outcome, PreviewOutcome, Request } from '../../ops/service/service.ts';
import { signed } from '../../ops/service/signed.ts';
import type { Settings, Team } from '../../ports.ts';
import { type Answer, conclude, keepAttachments, showPreview } from './answer.ts';
import { EXIT } from './exit-code.ts';
import { sheltered } from './interruption.ts';
import { writeLines } from './output.ts';
import { openProgressBar } from './progress-bar.ts';
import { askForWord, askYesOrNo } from './questions.ts';
import { tellTeam } from './team.ts';
import { isInteractive } from './terminal.ts';
import { visible } from './visible.ts';
import { toItsEnd, withData } from './wait-for-answer.ts';

export interface Performance extends Answer {
  readonly settings: Settings;
  readonly team: Team | undefined;
  /** Confirmed beforehand. */
  readonly yes: boolean;
  readonly execute: (request: Request) => Promise<Outcome>;
  readonly seeThrough: (request: Request, waiting: AwaitingOutcome) => Promise<Outcome>;
}

/** With --yes, a preview that has gone stale is made anew once; then the state moves too fast to go on unseen. */
const MAX_UNSEEN_PREVIEWS = 2;

/** Runs a request, asks where it has to be confirmed, draws how it ended. Resolves with the exit code. */
export async function perform(performance: Performance, request: Request): Promise<number> {
  const printer = openPrinter(performance);
  let asked = { ...request, ...printer.request };
  for (let previews = 1; ; previews++) {
    const { outcome, interrupted } = await execute(performance, request, asked);
    if (outcome.kind !== 'preview') {
      const code = await conclude(withData(printer.beside(), outcome), outcome);
      await tellTeam(performance, request.actor, outcome);
      return interrupted ? EXIT.interrupted : code;
    }
    if (interrupted) return nothingChanged(performance, EXIT.interrupted);
    await showPreview(performance, outcome);
    if (outcome.confirmation === undefined || performance.dryRun) {
      return (await keepAttachments(performance, outcome.report)) ? previewCode(outcome) : EXIT.failed;
    }
    const refusal = await unconfirmed(performance, outcome, previews);
    if (refusal !== undefined) return refusal;
    asked = { ...asked, confirmation: outcome.confirmation, ...(performance.yes ? { seen: outcome.seen } : {}) };
  }
}

/** How a request ended, and whether somebody wanted it to end before. */
interface Executed {
  readonly outcome: Outcome;
  readonly interrupted: boolean;
}

/** Ctrl-C ends what takes long, and takes back what waits for an answer, also where it comes before the waiting. */
async function execute(performance: Performance, request: Request, asked: Request): Promise<Executed> {
  const { terminal } = performance;
  const { operation, actor } = request;
  const bar = await openProgressBar(terminal);
  const ending = new AbortController();
  const { signal } = ending;
  const hears = operation.long || operation.waits;
  const begin = () => performance.execute({ ...asked, progress: bar.show, ...(hears ? { signal } : {}) });
  const isRead = operation.effect === 'reads';
  if (isRead && !operation.waits) return { outcome: await begin().finally(bar.clear), interrupted: false };
  let isBegun = false;
  const ask = () => {
    ending.abort(new CancelledError(signed(actor)));
    return hears || isBegun;
  };
  const work = async () => {
    const outcome = await begin().finally(bar.clear);
    isBegun = true;
    return toItsEnd(performance, { ...request, signal }, { outcome, bar });
  };
  const { result, interrupted } = await sheltered(terminal, { clear: bar.clear, ask, isQuiet: isRead }, work);
  return { outcome: result, interrupted };
}

/** Lines as they come; where there were some, what the report says of them goes beside them. */
function openPrinter(performance: Performance): { request: Pick<Request, 'print'>; beside(): Performance } {
  const { terminal, format } = performance;
  let hasPrinted = false;
  const print = (line: string) => {
    hasPrinted = true;
    return terminal.out.write(`${visible(line)}\n`);
  };
  return {
    request: format === 'table' ? { print } : {},
    beside: () => (hasPrinted ? { ...performance, terminal: { ...terminal, out: terminal.messages } } : performance),
  };
}

/** A preview that leads nowhere is right when there is nothing to do, and wrong when there is something to mend. */
function previewCode({ confirmation, report }: PreviewOutcome): number {
  return confirmation === undefined && report.tone === 'attention' ? EXIT.badInput : EXIT.done;
}

/** The exit code where the preview is not confirmed; undefined: go on. */
async function unconfirmed(
  performance: Performance,
  preview: PreviewOutcome,
  previews: number,
): Promise<number | undefined> {
  const { terminal, yes, settings } = performance;
  if (yes && previews <= MAX_UNSEEN_PREVIEWS) return undefined;
  if (yes) {
    return nothingChanged(
      performance,
      EXIT.failed,
      'The state keeps changing while this is prepared. Try again in a moment.',
    );
  }
  if (!isInteractive(terminal)) {
    const advice =
      'This has to be confirmed, and nobody is here to ask. Add --yes to go on, or --dry-run to see the preview only.';
    return nothingChanged(performance, EXIT.badInput, advice);
  }
  const question = `${preview.confirmLabel} in ${settings.environment}?`;
  const { confirmWord: word } = preview;
  const goOn = await (word === undefined ? askYesOrNo(terminal, question) : askForWord(terminal, question, word));
  return goOn ? undefined : nothingChanged(performance, EXIT.declined);
}

async function nothingChanged({ terminal }: Performance, code: number, why?: string): Promise<number> {
  await writeLines(terminal.messages, [...(why === undefined ? [] : [why]), 'Nothing was changed.']);
  return code;
}
