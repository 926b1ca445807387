import { UserError } from '../../errors.ts';
import { argumentsFor, optionName } from '../../ops/service/input.ts';
import type { Argument, Operation } from '../../ops/service/operation.ts';
import { PREFIX } from './command-line.ts';
import { formatsOf } from './data-formats.ts';
import type { Desk } from './desk.ts';
import { EXIT_CODES } from './exit-code.ts';
import type { Paper } from './paper.ts';
import { pairLines } from './report.ts';

type Lines = Generator<string>;

/** Everything that can be typed, and what the process ends with. */
export function* overview(desk: Desk, paper: Paper): Lines {
  const operations = desk.operations.filter(({ name }) => name !== 'help');
  yield `CapOps ${desk.version}, the operations desk of CapaCity Planner`;
  yield* section('Commands', operations.flatMap(operationPair), paper);
  yield* section(
    'Databases',
    desk.upkeep.map(({ name, summary }) => [`pnpm ${name}`, `${summary}.`]),
    paper,
  );
  yield* section('Options', GENERAL_OPTIONS, paper);
  yield* section(
    'Exit codes',
    EXIT_CODES.map(([code, meaning]) => [String(code), meaning]),
    paper,
  );
  yield '';
  yield `The runbook’s names work as well: ${PREFIX}:grant-module is ${PREFIX} grant.`;
  yield 'For data on stdout and nothing else, keep pnpm quiet: pnpm -s ops orgs --format json | jq .';
}

type Pairs = readonly (readonly [string, string])[];

const GENERAL_OPTIONS: Pairs = [
  ['--format table|json|csv', 'How the answer is printed; csv where the command’s help names it.'],
  ['--dry-run', 'Shows what would happen, and stops. For commands that are confirmed.'],
  ['--yes, -y', 'Confirms beforehand. For commands that are confirmed.'],
  ['--force', 'Goes on without a second person where one is needed, and confirms beforehand. For changes.'],
  ['--reason TEXT', 'Why without a second person; it is recorded and posted. With --force.'],
  ['--help, -h', `The same as “${PREFIX} help COMMAND”.`],
  ['--version', 'Prints CapOps’ version.'],
];

function operationPair({ example, summary, role }: Operation): Pairs {
  return [[`${PREFIX} ${example}`, `${summary} (${role}).`]];
}

/** One operation: how it is typed, each of its options. */
export function* operationHelp(operation: Operation, paper: Paper): Lines {
  const { name, verb, summary, role, example } = operation;
  const args = argumentsFor(operation, 'terminal');
  const places = args.filter(([, { positional }]) => positional);
  yield `${summary}. Needs the role ${role}.`;
  yield '';
  yield `  ${[PREFIX, verb, ...places.map(([, argument]) => place(argument)), '[options]'].join(' ')}`;
  if (name !== verb) yield `  ${PREFIX}:${name} [options]`;
  const own: Pairs = [
    [`--format ${formatsOf(operation).join('|')}`, 'How the answer is printed; table without it.'],
    ...ownOptions(operation).map(([typed, meaning]) => [typed, `${meaning.split('. ')[0]}.`] as const),
  ];
  yield* section('Options', [...args.map(optionPair), ...own], paper);
  yield* section('Example', [[`${PREFIX} ${example}`, '']], paper);
}

/** Whether whoever asks is shown what would happen first. */
export function isConfirmed({ preview, previewFor }: Operation): boolean {
  return preview !== undefined && previewFor !== 'second person';
}

/** Whether --reason is an option of the operation’s own. */
export function hasReason({ args }: Operation): boolean {
  return Object.hasOwn(args, 'reason');
}

/** Which of the general options an operation has. */
function ownOptions(operation: Operation): Pairs {
  const [, dryRun, yes, force, reason] = GENERAL_OPTIONS;
  const has: [boolean, (typeof GENERAL_OPTIONS)[number] | undefined][] = [
    [isConfirmed(operation), dryRun],
    [isConfirmed(operation), yes],
    [operation.effect === 'changes', force],
    [operation.effect === 'changes' && !hasReason(operation), reason],
  ];
  return has.flatMap(([holds, option]) => (holds && option ? [option] : []));
}

function place({ label, required, takesWord }: Argument): string {
  const word = label.toUpperCase().replaceAll(' ', '-') + (takesWord ? '...' : '');
  return required ? word : `[${word}]`;
}

function optionPair([name, { label, summary, required, widget, keyword }]: [string, Argument]): readonly [
  string,
  string,
] {
  const value = widget.kind === 'flag' ? '' : ` ${label.toUpperCase().replaceAll(' ', '-')}`;
  const inASentence = keyword && keyword !== name ? `; also “${keyword} …”` : '';
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}`;
  return [`--${optionName(name)}${value}`, `${sentence}${required ? ' (required)' : ''}${inASentence}.`];
}

export function* upkeepHelp({ upkeep }: Desk, name: string): Lines {
  yield `${upkeep.find((command) => command.name === name)?.summary}.`;
  yield '';
  yield `  pnpm ${name}`;
}

/** Help on one command, or on all. Throws UserError for one that does not exist. */
export function helpOn(word: string | undefined, desk: Desk, paper: Paper): Lines {
  if (word === undefined || word === 'help') return overview(desk, paper);
  const operation = desk.operations.find(({ name, verb }) => [name, verb].includes(word.toLowerCase()));
  if (operation) return operationHelp(operation, paper);
  if (desk.upkeep.some(({ name }) => name === word)) return upkeepHelp(desk, word);
  throw unknownCommand(word, desk);
}

/** What to answer to a command that does not exist. */
export function unknownCommand(word: string, desk: Desk): UserError {
  const commands = [
    ...desk.operations.flatMap(({ name, verb }) => [verb, name]),
    ...desk.upkeep.map(({ name }) => name),
  ];
  const meant = desk.nearest(word, commands);
  const question = meant === undefined ? '' : ` Did you mean “${meant}”?`;
  const what = word.startsWith('-') ? `The command comes first; “${word}” is none.` : `There is no command “${word}”.`;
  return new UserError(`${what}${question} “${PREFIX} help” lists them.`);
}

function* section(title: string, pairs: Pairs, paper: Paper): Lines {
  yield '';
  yield paper.style('bold', title);
  yield* pairLines(pairs, paper);
}
