import { missingArguments } from '../../ops/service/input.ts';
import { readWords } from '../../ops/service/words.ts';
import { attachmentFolder } from './attachments.ts';
import { joinOptions } from './command-line.ts';
import type { Desk } from './desk.ts';
import { openFile } from './open-file.ts';
import { withWholePaths } from './paths.ts';
import { perform } from './perform.ts';
import type { OperationLine } from './program.ts';
import { type Asking, askForMissing } from './questions.ts';
import { withoutSecondPerson } from './second-person.ts';
import { isInteractive, type Visit } from './terminal.ts';

/** What was found down is taken to be down for so long, so that an emergency does not wait for it once more. */
const KNOWN_MS = 5_000;

type Raw = Readonly<Record<string, unknown>>;

/** Runs the operation that a command line names. Resolves with the exit code. */
export async function serveOperation(desk: Desk, { terminal, actor }: Visit, line: OperationLine): Promise<number> {
  const { operation, format, dryRun = false, yes = false, force = false } = line;
  const { folder } = terminal;
  const typed = readWords(operation, joinOptions(operation, line.words));
  const { service, settings, team, close, ledgerFoundDownAtMs = Number.NEGATIVE_INFINITY } = await desk.open(operation);
  try {
    const asking = { terminal, service, settings, moduleKeys: desk.moduleKeys, operation, actor };
    const raw = withWholePaths(operation, await completed(asking, typed), folder);
    const forced = await withoutSecondPerson(
      { terminal, settings, operation },
      { raw, force, dryRun, reason: line.reason },
    );
    const isLedgerDown = performance.now() - ledgerFoundDownAtMs < KNOWN_MS;
    const request = { operation, actor, raw, isLedgerDown, openFile: (path: string) => openFile(path, folder) };
    const given = { terminal, operation, format, dryRun, yes: yes || force, settings, team };
    return await perform(
      {
        ...given,
        operations: desk.operations,
        attachmentFolder: attachmentFolder(operation, raw, folder),
        execute: service.execute,
        seeThrough: service.seeThrough,
      },
      forced ? { ...request, force: forced } : request,
    );
  } finally {
    await close();
  }
}

/** What is missing is asked for where somebody is there; else the ops service says what it is. */
async function completed(asking: Asking, typed: Raw): Promise<Raw> {
  const { terminal, operation, actor, service } = asking;
  const isComplete = missingArguments(operation, typed, 'terminal').length === 0;
  if (isComplete || !isInteractive(terminal)) return typed;
  const refusal = await service.refusal(operation, actor);
  if (refusal) throw refusal;
  return askForMissing(asking, typed);
}
