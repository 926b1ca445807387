import type { ContainerLine } from '../ports.ts';
import type { Step, StepDetails } from './diagnosis.ts';
import { type Around, type DockerFacts, inCheckout } from './diagnosis-facts.ts';
import { showSeconds } from './diagnosis-words.ts';
import { readLogLine } from './log-line.ts';

type Docker = Extract<DockerFacts, { isSeen: true }>;
type Found = Pick<Step, 'cause' | 'next' | 'type'>;

const NAMED = { name: 'logs', label: 'Last log lines' };
/** What was said before is over, unless its service has ended since. */
const LATELY_MS = 1_800_000;
const SHOWN = 5;
const CLIP = 240;

interface Known {
  readonly pattern: RegExp;
  readonly found: (line: ContainerLine, around: Around) => Found;
}

/** The runbook’s common issues, as logs have them; the first that fits. */
const ISSUES: readonly Known[] = [
  {
    pattern:
      /Cannot find (?:module|package)|MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND|@prisma\/client did not initialize|module not found/i,
    found: ({ service }, around) => ({
      cause: `Module not found: the service ${service} lacks a part of its program, such as Prisma’s client.`,
      next: `Make Prisma’s client anew in the platform’s checkout, then build and restart ${service}.`,
      type: [inCheckout('pnpm prisma:generate', around)],
    }),
  },
  {
    pattern: /permission denied for (?:table|schema|sequence|relation|view|database|function)/i,
    found: ({ service, text }, around) => ({
      cause: `The service ${service} lacks rights: ${/permission denied for [\w ]+/i.exec(text)?.[0] ?? 'permission denied'}.`,
      next: `Run the platform’s migrations; where they are through, grant the user of ${service} what it lacks.`,
      type: [inCheckout('pnpm prisma:migrate:deploy', around)],
    }),
  },
];

/** What was said lately, and the last words of what does not run. */
export function recentLines(
  { logs, containers }: Pick<Docker, 'logs' | 'containers'>,
  { now }: Around,
): ContainerLine[] {
  const ended = new Set(containers.filter(({ state }) => state !== 'running').map(({ service }) => service));
  const since = now.getTime() - LATELY_MS;
  return logs.flatMap(({ service, lines }) => lines.filter(({ at }) => ended.has(service) || at.getTime() >= since));
}

/** Errors that the services have logged lately. */
export function logsStep({ logs, containers }: Docker, around: Around): Step {
  const unread = logs.filter(({ because }) => because !== undefined);
  const lines = recentLines({ logs, containers }, around);
  const errors = lines.filter(
    ({ text }) => readLogLine(text, around.now).isError || ISSUES.some(({ pattern }) => pattern.test(text)),
  );
  const notRead = unread.map(({ service, because }) => `${service} could not be read: ${because}`);
  if (errors.length === 0) {
    const says = ['No errors lately', ...notRead].join('; ');
    return { ...NAMED, state: unread.length > 0 ? 'look' : 'ok', says };
  }
  const by = [...new Set(errors.map(({ service }) => service))];
  const says = [`Errors of ${by.join(', ')}`, ...notRead].join('; ');
  const details = [newest(errors, by, around)];
  for (const { pattern, found } of ISSUES) {
    const line = errors.findLast(({ text }) => pattern.test(text));
    if (line) return { ...NAMED, state: 'wrong', says, ...found(line, around), details };
  }
  return {
    ...NAMED,
    state: 'look',
    says,
    cause: `The services have logged errors lately: ${by.join(', ')}.`,
    next: 'Read them.',
    details,
  };
}

function newest(errors: readonly ContainerLine[], services: readonly string[], { now }: Around): StepDetails {
  const last = services.flatMap((service) => errors.filter((line) => line.service === service).slice(-SHOWN));
  const rows = last.map(({ service, at, text }) => [
    service,
    `${showSeconds((now.getTime() - at.getTime()) / 1000)} ago`,
    clipped(text),
  ]);
  return { title: 'Last errors in the logs', columns: ['Service', 'Said', 'Line'], rows };
}

function clipped(text: string): string {
  return text.length > CLIP ? `${text.slice(0, CLIP - 1).toWellFormed()}…` : text;
}
