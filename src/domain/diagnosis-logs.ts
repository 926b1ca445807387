import type { ContainerLine, ContainerSight } from '../ports.ts';
import { clipped } from './clipped.ts';
import type { Step, StepDetails } from './diagnosis.ts';
import { type Around, type DockerFacts, inCheckout } from './diagnosis-facts.ts';
import { showSeconds } from './diagnosis-words.ts';
import { readLogLine } from './log-line.ts';

type Docker = Extract<DockerFacts, { isSeen: true }>;
type Found = Pick<Step, 'cause' | 'next' | 'type'>;

const NAMED = { name: 'logs', label: 'Last log lines' };
/** What was said before is over, unless its service has ended since. */
const LATELY_MS = 1_800_000;
const FRESH_MS = 300_000;
const STEADY_MS = 60_000;
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

/** A line about somebody’s request, or one whose writer says that it is no error, only bears the words. */
const ABOUT_REQUEST = /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) "?(?:\/|https?:)|"(?:method|url|statusCode)"\s*:/;
const NO_ERROR =
  /\b(?:INFO|DEBUG|TRACE|VERBOSE|NOTICE|LOG|WARN|WARNING)\b|\blevel="?(?:info|debug|trace|warn)|\b(?:info|debug|trace|verbose|warn(?:ing)?)\b\]?:|\[(?:info|debug|trace|notice|warn)\]|^\{/;

function knownIssue(text: string, now: Date): Known | undefined {
  const issue = ISSUES.find(({ pattern }) => pattern.test(text));
  if (!issue || ABOUT_REQUEST.test(text)) return undefined;
  return readLogLine(text, now).isError || !NO_ERROR.test(text) ? issue : undefined;
}

/** What was said lately since its service was started, and the last words of what does not run. */
export function recentLines(
  { logs, containers }: Pick<Docker, 'logs' | 'containers'>,
  { now }: Around,
): ContainerLine[] {
  return logs.flatMap(({ service, lines }) => {
    const own = containers.filter((one) => one.service === service);
    if (own.some(({ state }) => state !== 'running')) return lines;
    const sinceMs = Math.max(now.getTime() - LATELY_MS, startedMs(own, now));
    return lines.filter(({ at }) => at.getTime() >= sinceMs);
  });
}

/** What Docker has to start again by itself has to run on for a while before its last words count as over. */
function startedMs(containers: readonly ContainerSight[], now: Date): number {
  const starts = containers.map(({ startedAt, restarts }) => {
    const ms = startedAt?.getTime() ?? 0;
    return restarts > 0 && now.getTime() - ms < STEADY_MS ? 0 : ms;
  });
  return starts.length > 0 ? Math.min(...starts) : 0;
}

/** Errors that the services have logged lately. */
export function logsStep({ logs, containers }: Docker, around: Around): Step {
  const { now } = around;
  const unread = logs.filter(({ because }) => because !== undefined);
  const lines = recentLines({ logs, containers }, around);
  const errors = lines.filter(({ text }) => readLogLine(text, now).isError || knownIssue(text, now));
  const notRead = unread.map(({ service, because }) => `${service} could not be read: ${because}`);
  if (errors.length === 0) {
    const says = ['No errors lately', ...notRead].join('; ');
    return { ...NAMED, state: unread.length > 0 ? 'look' : 'ok', says };
  }
  const by = [...new Set(errors.map(({ service }) => service))];
  const says = [`Errors of ${by.join(', ')}`, ...notRead].join('; ');
  const details = [newest(errors, by, around)];
  for (const issue of ISSUES) {
    const line = errors.findLast(({ text }) => knownIssue(text, now) === issue);
    if (line) return { ...NAMED, says, ...judged(issue.found(line, around), line, { containers, now }), details };
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

/** What a service that runs has not said again for a while may be mended. */
function judged(
  found: Found,
  { service, at }: ContainerLine,
  { containers, now }: Pick<Docker, 'containers'> & Pick<Around, 'now'>,
): Found & Pick<Step, 'state'> {
  const agoMs = now.getTime() - at.getTime();
  const runs = containers.every((one) => one.service !== service || one.state === 'running');
  if (!runs || agoMs < FRESH_MS) return { ...found, state: 'wrong' };
  const cause = `${showSeconds(agoMs / 1000)} ago a log said, and has not since: ${found.cause}`;
  return { ...found, state: 'look', cause, next: `Unless that is mended: ${found.next}` };
}

function newest(errors: readonly ContainerLine[], services: readonly string[], { now }: Around): StepDetails {
  const last = services.flatMap((service) => errors.filter((line) => line.service === service).slice(-SHOWN));
  const rows = last.map(({ service, at, text }) => [
    service,
    `${showSeconds((now.getTime() - at.getTime()) / 1000)} ago`,
    clipped(text, CLIP),
  ]);
  return { title: 'Last errors in the logs', columns: ['Service', 'Said', 'Line'], rows };
}
