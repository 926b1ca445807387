import { openLogTime } from '../../domain/log-text.ts';
import { containerWords } from '../../domain/service-state.ts';
import type { Part, Report } from '../service/report.ts';
import type { Restarted, RestartedContainer } from './restart-service.ts';
import { shownLines } from './shown-lines.ts';

type Came = RestartedContainer['came'];

/** How a service came back, or that it did not, with what it said last. */
export function restartedReport(restarted: Restarted, { now, timeZone }: { now: Date; timeZone: string }): Report {
  const { service, containers, untouched, log } = restarted;
  const last = containers.at(-1)?.came;
  const isBack = last?.kind === 'back';
  return {
    tone: isBack ? 'done' : 'attention',
    title: `${sentenceOn(restarted, now)}.`,
    ...(isBack ? {} : { broken: true }),
    parts: [...untouchedParts(service, untouched), ...logParts(log, timeZone)],
    offers: [
      ...(isBack ? [] : [{ label: 'Show its log', operation: 'logs', input: { service } }]),
      { label: 'Show the services', operation: 'services', input: {} },
    ],
    announcement: announcementOf(restarted, now),
  };
}

function sentenceOn({ service, containers }: Restarted, now: Date): string {
  const last = containers.at(-1)?.came;
  if (!last) return `${service} was not restarted`;
  if (last.kind === 'back' && containers.length > 1)
    return `All ${containers.length} containers of ${service} are back`;
  return ENDINGS[last.kind](service, last as never, now);
}

const ENDINGS: {
  readonly [K in Came['kind']]: (service: string, came: Extract<Came, { kind: K }>, now: Date) => string;
} = {
  back: (service, { seconds, sight }) =>
    `${service} is back after ${Math.max(1, Math.round(seconds))} s, ${sight.health ?? 'running; it has no health check'}`,
  'not back': (service, { seconds, sight, deaths }, now) => {
    if (!sight) return `${service} did not come back: its container is gone`;
    if (deaths > 0)
      return `${service} did not come back: it has died ${deaths === 1 ? 'once' : `${deaths} times`} within ${Math.round(seconds)} s, and Docker goes on starting it`;
    const waited = sight.state === 'running' ? `, ${Math.round(seconds)} s after its restart` : '';
    return `${service} did not come back: ${containerWords(sight, now)}${waited}`;
  },
  refused: (service, { because }) => `${service} did not come back. ${because.replace(/\.$/, '')}`,
  unseen: (service, { because }) =>
    because === 'stopped'
      ? `Docker was asked to restart ${service}, and nobody waited for it to come back: “services” says how it is`
      : `Docker was asked to restart ${service}, and does not answer any more: “services” says how it is once it does`,
};

/** What the channel hears, behind the name of whoever it was. */
function announcementOf(restarted: Restarted, now: Date): string {
  const { service, reason, containers } = restarted;
  const last = containers.at(-1)?.came;
  const because = reason === undefined ? '' : ` because ${reason}`;
  const end = last?.kind === 'unseen' ? 'nobody saw how it came back' : sentenceOn(restarted, now);
  return `restarted ${service}${because}; ${end}`;
}

function untouchedParts(service: string, untouched: readonly string[]): Part[] {
  if (untouched.length === 0) return [];
  return [
    {
      kind: 'text',
      text: `Its other containers were left as they are, so that ${service} is not gone altogether: ${untouched.join(', ')}.`,
    },
  ];
}

function logParts(log: Restarted['log'], timeZone: string): Part[] {
  if (log.length === 0) return [];
  return [
    { kind: 'text', text: `What it wrote last (times in ${timeZone}):` },
    { kind: 'log', lines: shownLines(log, openLogTime(timeZone)) },
  ];
}
