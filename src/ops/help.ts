import { covers } from '../domain/access-policy.ts';
import { UserError } from '../errors.ts';
import * as arg from './service/arguments.ts';
import { standingNow } from './service/authorise.ts';
import { argumentsFor, optionName, typedExample } from './service/input.ts';
import { type Context, defineOperation, type Operation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Help {
  /** What the asker may run; or the one operation that was asked about. */
  readonly operations: readonly Operation[];
  readonly about: Operation | undefined;
}

export const help = defineOperation({
  name: 'help',
  verb: 'help',
  summary: 'Say what you can do here, or how one command is typed',
  role: 'viewer',
  effect: 'reads',
  example: 'help orgs',
  args: {
    command: {
      ...arg.optional(arg.words('Command', 'the command to explain', { maxLength: 40, example: 'orgs' })),
      positional: true,
      widget: { kind: 'none' },
    },
  },

  async run(context, { command }): Promise<Help> {
    const { role } = await standingNow(context, context.actor);
    const operations = context.service.operations.filter((operation) => covers(role, operation.role));
    if (command === undefined) return { operations, about: undefined };
    const about = context.service.find(command);
    if (about && operations.includes(about)) return { operations, about };
    throw unknownCommand(context, command);
  },

  report: ({ operations, about }, context): Report =>
    about ? explanation(about, context) : overview(operations, context),
  json: ({ operations }) => operations.map(({ name, verb, summary, role }) => ({ name, verb, summary, role })),
});

function overview(operations: readonly Operation[], { actor }: Context): Report {
  return {
    tone: 'info',
    title: 'What you can do with CapOps',
    parts: [
      {
        kind: 'commands',
        commands: operations.map((operation) => ({
          words: typedExample(operation, actor.face),
          summary: operation.summary,
        })),
      },
      { kind: 'note', text: '“help orgs” explains one command. A command with words left out opens a form.' },
    ],
  };
}

function explanation(operation: Operation, { actor }: Context): Report {
  const facts = argumentsFor(operation, actor.face)
    .filter(([, { widget }]) => !(widget.kind === 'flag' && widget.inForms === false))
    .map(([name, { summary, required, keyword }]) => {
      const typed = keyword && keyword !== name ? `${optionName(name)} (or ${keyword})` : optionName(name);
      return [typed, required ? summary : `${summary} (optional)`] as const;
    });
  return {
    tone: 'info',
    title: `${operation.verb}: ${operation.summary}`,
    parts: [
      {
        kind: 'commands',
        commands: [{ words: typedExample(operation, actor.face), summary: `needs the role ${operation.role}` }],
      },
      ...(facts.length > 0 ? [{ kind: 'facts', facts } as const] : []),
      ...(operation.name === operation.verb
        ? []
        : [{ kind: 'note', text: `In the runbook: ${operation.name}. Both names work.` } as const]),
    ],
  };
}

/** What to answer to a command that does not exist, or not for this asker. */
export function unknownCommand({ service }: Pick<Context, 'service'>, command: string): UserError {
  const meant = service.suggest(command);
  const message = `There is no command “${command}”. ${meant ? `Did you mean “${meant}”? ` : ''}“help” lists what you can do.`;
  return new UserError(message, [{ label: 'Help', operation: 'help', input: {} }]);
}
