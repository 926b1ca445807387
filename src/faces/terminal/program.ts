import { Command, CommanderError, Option } from 'commander';
import { UserError } from '../../errors.ts';
import type { Operation } from '../../ops/service/operation.ts';
import { type Format, formatsOf } from './data-formats.ts';
import type { Desk } from './desk.ts';
import { hasReason, helpOn, isConfirmed, operationHelp, overview, unknownCommand, upkeepHelp } from './help.ts';
import type { Paper } from './paper.ts';

/** What a command line asks for. */
export type CommandLine = OperationLine | UpkeepLine | { readonly kind: 'text'; readonly text: string };

export interface OperationLine extends Wishes {
  readonly kind: 'operation';
  readonly operation: Operation;
  /** The operation's own words and options, as they were typed. */
  readonly words: readonly string[];
}

interface UpkeepLine {
  readonly kind: 'upkeep';
  readonly name: string;
}

/** Options that belong to this face. */
interface Wishes {
  readonly format: Format;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** Without a second person. */
  readonly force?: boolean;
  /** Why, where the operation takes no reason of its own. */
  readonly reason?: string;
}

/** Reads a command line, without the program's own name. Throws UserError for one that is wrong. */
export function readCommandLine(argv: readonly string[], desk: Desk, paper: Paper): CommandLine {
  let read: CommandLine | undefined;
  let help = '';
  const take = (line: CommandLine) => {
    read = line;
  };
  const program = rootCommand(desk, paper, (text) => {
    help += text;
  });
  for (const operation of desk.operations) {
    if (operation.name === 'help') continue;
    operationCommand(program, operation)
      .configureHelp({ formatHelp: () => text(operationHelp(operation, paper)) })
      .action((words: string[], wishes: Wishes) => take({ kind: 'operation', operation, words, ...wishes }));
  }
  for (const { name } of desk.upkeep) {
    program
      .command(name)
      .configureHelp({ formatHelp: () => text(upkeepHelp(desk, name)) })
      .action(() => take({ kind: 'upkeep', name }));
  }
  program
    .command('help [command]')
    .action((command?: string) => take({ kind: 'text', text: text(helpOn(command, desk, paper)) }));
  parse(program, argv);
  return read ?? { kind: 'text', text: help };
}

/** What stands before any command, and what no command matches. */
function rootCommand(desk: Desk, paper: Paper, write: (text: string) => void): Command {
  return new Command('capops')
    .version(desk.version)
    .helpCommand(false)
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .configureHelp({ formatHelp: () => text(overview(desk, paper)) })
    .allowUnknownOption()
    .argument('[words...]')
    .action(([word]: string[]) => {
      if (word !== undefined) throw unknownCommand(word, desk);
      write(text(overview(desk, paper)));
    });
}

/** Bare words and the operation's own options stay together, to be read by the grammar that Slack has too. */
function operationCommand(program: Command, operation: Operation): Command {
  const command = program.command(operation.name).argument('[words...]').allowUnknownOption();
  if (operation.verb !== operation.name) command.alias(operation.verb);
  command.addOption(new Option('--format <format>').choices(formatsOf(operation)).default('table'));
  if (isConfirmed(operation)) command.option('--dry-run').option('-y, --yes');
  if (operation.effect === 'changes') command.option('--force');
  if (operation.effect === 'changes' && !hasReason(operation)) command.option('--reason <text>');
  return command;
}

function parse(program: Command, argv: readonly string[]): void {
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    const [sentence = ''] = error.message.replace(/^error: /, '').split('\n');
    throw new UserError(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replace(/\.?$/, '.')}`);
  }
}

function text(lines: Iterable<string>): string {
  return `${[...lines].join('\n')}\n`;
}
