import { z } from 'zod';
import type { Argument, Operation } from '../../ops/service/operation.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Actor, Settings } from '../../ports.ts';
import { commandLine } from './command-line.ts';
import { writeLines } from './output.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** What a question needs to know. */
export interface Asking {
  readonly terminal: Terminal;
  readonly service: OpsService;
  readonly settings: Settings;
  readonly moduleKeys: readonly string[];
  readonly operation: Operation;
  readonly actor: Actor;
}

type Raw = Readonly<Record<string, unknown>>;

/** Asks for what is required and missing and, once asking, for what may be added. Rejects with ExitPromptError on Ctrl-C. */
export async function askForMissing(asking: Asking, raw: Raw): Promise<Raw> {
  const answers: Record<string, unknown> = { ...raw };
  for (const [name, argument] of Object.entries(asking.operation.args as Record<string, Argument>)) {
    if (answers[name] !== undefined || !isAsked(argument)) continue;
    const answer = await ask(asking, argument);
    if (answer !== '') answers[name] = answer;
  }
  const line = commandLine(asking.operation, answers);
  await writeLines(asking.terminal.messages, [`The same without questions: ${visible(line)}`, '']);
  return answers;
}

function isAsked({ required, widget }: Argument): boolean {
  return required || !['flag', 'none', 'file'].includes(widget.kind);
}

async function ask(asking: Asking, argument: Argument): Promise<string> {
  const { kind } = argument.widget;
  if (kind === 'organisation') return askForOrganisation(asking, argument);
  if (kind === 'modules') return askForModules(asking, argument);
  if (kind === 'service') return askForService(asking, argument);
  return askForText(asking, argument);
}

async function askForOrganisation(
  { terminal, service, operation, actor }: Asking,
  { label }: Argument,
): Promise<string> {
  const { search } = await import('@inquirer/prompts');
  const source = async (typed: string | undefined) => {
    const found = await service.choices(operation, actor, typed ?? '');
    return found.map(({ code, name }) => ({ value: code, name: visible(`${code}  ${name}`), short: code }));
  };
  return search({ message: label, source }, streams(terminal));
}

async function askForModules({ terminal, moduleKeys }: Asking, { label, required }: Argument): Promise<string> {
  const { checkbox } = await import('@inquirer/prompts');
  const choices = moduleKeys.map((value) => ({ value }));
  const message = required ? label : `${label} (optional)`;
  return (await checkbox({ message, choices, required }, streams(terminal))).join(',');
}

async function askForService(asking: Asking, argument: Argument): Promise<string> {
  const { services = [] } = asking.settings.compose ?? {};
  if (services.length === 0) return askForText(asking, argument);
  const { select } = await import('@inquirer/prompts');
  const choices = services.map((value) => ({ value, name: visible(value) }));
  return select({ message: argument.label, choices }, streams(asking.terminal));
}

async function askForText({ terminal, settings }: Asking, argument: Argument): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  const message = `${argument.label} (${argument.required ? '' : 'optional; '}${argument.summary})`;
  const validate = (typed: string) => {
    if (typed.trim() === '') return argument.required ? `${argument.label} is missing.` : true;
    const moment = { now: new Date(), timeZone: settings.timeZone };
    const { error } = z.safeParse(argument.schema(moment), typed);
    return error ? error.issues.map((issue) => issue.message).join(' ') : true;
  };
  return (await input({ message, validate }, streams(terminal))).trim();
}

/** Why it is to be done without a second person. */
export async function askForReason(terminal: Terminal): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  const message = 'Why without a second person? It is recorded and posted.';
  const validate = (typed: string) => typed.trim() !== '' || 'A reason is needed.';
  return (await input({ message, validate }, streams(terminal))).trim();
}

/** Yes or no; Enter is no. */
export async function askYesOrNo(terminal: Terminal, message: string): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message: visible(message), default: false }, streams(terminal));
}

/** True when just this word is typed; anything else is no. */
export async function askForWord(terminal: Terminal, message: string, word: string): Promise<boolean> {
  const { input } = await import('@inquirer/prompts');
  const asked = `${visible(message)} Type ${visible(word)} to go on:`;
  return (await input({ message: asked }, streams(terminal))).trim() === word;
}

/** Questions go to stderr: stdout is for data. */
function streams({ stdin, stderr }: Terminal): { input: Terminal['stdin']; output: Terminal['stderr'] } {
  return { input: stdin, output: stderr };
}
