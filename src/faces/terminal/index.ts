import { DeniedError, StartError, UnavailableError, UserError } from '../../errors.ts';
import { showProblems } from './answer.ts';
import type { Desk } from './desk.ts';
import { EXIT } from './exit-code.ts';
import { writeLines } from './output.ts';
import { readCommandLine } from './program.ts';
import { reportLines } from './report.ts';
import { serveOperation } from './serve-operation.ts';
import type { Terminal, Visit } from './terminal.ts';
import { visible } from './visible.ts';

export { terminalActor } from './actor.ts';
export type { Desk, OpenDesk, Upkeep } from './desk.ts';
export { openTerminal, type Visit } from './terminal.ts';

/** The terminal face: reads a command line, runs what it asks for, draws the answer. Resolves with the exit code. */
export async function serveTerminal(desk: Desk, visit: Visit): Promise<number> {
  const { terminal } = visit;
  try {
    const line = readCommandLine(visit.argv, desk, terminal.out.paper);
    if (line.kind === 'operation') return await serveOperation(desk, visit, line);
    if (line.kind === 'upkeep') return await serveUpkeep(desk, terminal, line.name);
    await terminal.out.write(line.text);
    return EXIT.done;
  } catch (error) {
    return complain(desk, terminal, error);
  }
}

async function serveUpkeep({ upkeep, operations }: Desk, { out }: Terminal, name: string): Promise<number> {
  const command = upkeep.find((candidate) => candidate.name === name);
  const report = await command?.run((line) => void writeLines(out, [visible(line)]));
  if (report) await writeLines(out, reportLines(report, out.paper, operations));
  return EXIT.done;
}

async function complain({ operations }: Desk, terminal: Terminal, error: unknown): Promise<number> {
  if (error instanceof UserError) {
    await showProblems(terminal, error.problems, { offers: error.offers, operations });
    return EXIT.badInput;
  }
  if (error instanceof DeniedError) {
    await showProblems(terminal, [error]);
    return EXIT.declined;
  }
  if (error instanceof StartError || error instanceof UnavailableError) {
    await showProblems(terminal, [error]);
    return EXIT.failed;
  }
  if (error instanceof Error && error.name === 'ExitPromptError') {
    await writeLines(terminal.messages, ['Nothing was changed.']);
    return EXIT.interrupted;
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await showProblems(terminal, [{ message: `Something went wrong inside CapOps. ${details}` }]);
  return EXIT.failed;
}
