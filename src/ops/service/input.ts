import { z } from 'zod';
import type { Moment } from '../../domain/moment.ts';
import { nearest } from '../../domain/nearest.ts';
import { type Problem, UserError } from '../../errors.ts';
import type { Actor } from '../../ports.ts';
import type { Argument, Arguments, InputOf, Operation } from './operation.ts';

/** Checks and converts what a face handed in. Throws UserError with every problem, each under its argument. */
export function validate(
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  { actor, moment }: { actor: Actor; moment: Moment },
): InputOf<Arguments> {
  const problems: Problem[] = unknownArguments(operation, raw);
  const input: Record<string, unknown> = {};
  for (const [name, argument] of argumentsFor(operation, actor.face)) {
    const given = raw[name];
    if (isMissing(given)) {
      if (argument.required)
        problems.push({ argument: name, message: missing({ operation, face: actor.face, name, argument }) });
      continue;
    }
    const parsed = z.safeParse(argument.schema(moment), given);
    if (parsed.success) input[name] = parsed.data;
    else problems.push({ argument: name, message: parsed.error.issues.map((issue) => issue.message).join(' ') });
  }
  if (problems.length > 0) throw new UserError(problems);
  return input;
}

/** The arguments that a face offers, in the operation's order; what Slack must ask for is required there. */
export function argumentsFor(operation: Operation, face: Actor['face']): [string, Argument][] {
  return Object.entries(operation.args as Record<string, Argument>)
    .filter(([, argument]) => face === 'terminal' || !argument.terminalOnly)
    .map(([name, argument]) => [
      name,
      face === 'slack' && argument.requiredInSlack ? { ...argument, required: true } : argument,
    ]);
}

/** Names of the required arguments that the raw input lacks. */
export function missingArguments(
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  face: Actor['face'],
): string[] {
  return argumentsFor(operation, face)
    .filter(([name, argument]) => argument.required && isMissing(raw[name]))
    .map(([name]) => name);
}

/** How an operation is typed on a face, for example. A file cannot be typed in Slack: its form takes it. */
export function typedExample(operation: Operation, face: Actor['face']): string {
  const takesFile = argumentsFor(operation, face).some(([, { widget }]) => widget.kind === 'file');
  return face === 'slack' && takesFile ? operation.verb : operation.example;
}

function isMissing(given: unknown): boolean {
  return given === undefined || given === null || given === '' || (Array.isArray(given) && given.length === 0);
}

function missing({
  operation,
  face,
  name,
  argument,
}: {
  operation: Operation;
  face: Actor['face'];
  name: string;
  argument: Argument;
}): string {
  return `No ${inSentence(argument)} given: ${argument.summary}. For example: ${typedExample(operation, face)} (${optionName(name)}: ${argument.example})`;
}

/** An argument's label within a sentence: `modules`, but `IATA code`. */
export function inSentence({ label }: Argument): string {
  return label.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
}

function unknownArguments(operation: Operation, raw: object): Problem[] {
  return Object.keys(raw)
    .filter((name) => !Object.hasOwn(operation.args, name))
    .map((name) => ({ message: unknownOption(operation, name) }));
}

/** What to answer to an option that an operation does not have. */
export function unknownOption(operation: Operation, name: string): string {
  const known = Object.keys(operation.args).map(optionName);
  const meant = nearest(name, known);
  const takes = known.length === 0 ? 'takes no options' : `takes ${known.map((word) => `--${word}`).join(', ')}`;
  return `“${operation.verb}” has no option --${name}. ${meant ? `Did you mean --${meant}? ` : ''}It ${takes}.`;
}

/** An argument's name as it is typed: `skipInvalid` is `skip-invalid`. */
export function optionName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
