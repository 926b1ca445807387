import { Temporal } from 'temporal-polyfill';
import { counted } from './counted.ts';
import { showTime } from './end-date.ts';
import type { Service } from './health.ts';
import type { Incident, TroubleState } from './health-incident.ts';

const MINUTE_MS = 60_000;

/** What is looked up rather than asked whether it answers. */
const FACTS: ReadonlySet<Service> = new Set(['backup', 'disk', 'migrations']);

/** What it means that one is down. */
const MEANINGS: Readonly<Record<Service, string>> = {
  database: 'The platform cannot read or save anything, and CapOps cannot change access.',
  gateway: 'Apps and the front end cannot load or save anything.',
  frontend: 'People cannot open the platform in their browser.',
  redis: 'The gateway may be slower, and changes of access may show up to five minutes late.',
  slack: 'CapOps cannot be used from Slack; the terminal works.',
  offsite: 'New backups get no copy off site.',
  ledger: 'CapOps takes no changes until it is back; looking things up works.',
  backup: 'What was entered since the last good backup could be lost.',
  disk: 'The next backup may find no room.',
  migrations: 'This version of CapOps may lack what it needs in a database.',
};

export function meaningOf({ service, state }: Incident): string {
  if (state === 'unhealthy' || FACTS.has(service)) return MEANINGS[service];
  return 'It may be slow, or do only a part of what it should.';
}

/** One sentence on how it stands: `API Gateway is down. Connection refused.` */
export function titleOf(incident: Incident, timeZone: string): string {
  const { label, service, state, says, began, ended, worst, afterMaintenance } = incident;
  if (ended) return `${label} ${pastWords(service, worst)} for ${spanWords(began, ended, timeZone)}.`;
  if (state === 'flapping') return `${label} is flapping: it comes and goes.`;
  const still = afterMaintenance ? ', after the maintenance' : '';
  return `${label} ${presentWords(service, state)}${still}. ${sentence(says)}`;
}

/** What is told in the thread, at its time of day. */
export const NOTES = {
  turned: (incident: Incident, at: Date, timeZone: string): string => {
    const { service, label, state, says } = incident;
    const words = state === 'flapping' ? FLAPPING : `${presentWords(service, state)}. ${sentence(says)}`;
    return `${clockOf(at, timeZone)}: ${label} ${words}`;
  },
  reason: ({ label, says }: Incident, at: Date, timeZone: string): string =>
    `${clockOf(at, timeZone)}: ${label} now says: ${sentence(says)}`,
  ended: ({ label, began }: Incident, ended: Date, timeZone: string): string =>
    `${clockOf(ended, timeZone)}: ${label} is healthy again, after ${durationWords(began, ended)}.`,
  gone: ({ label }: Incident, at: Date, timeZone: string): string =>
    `${clockOf(at, timeZone)}: ${label} is no longer looked at.`,
  elsewhere: ({ label }: Incident): string =>
    `Another CapOps has posted about ${label}, too. What follows stands in its message.`,
} as const;

const FLAPPING = 'is flapping. Nothing more is said of it here until it has been steady for 15 minutes.';

function presentWords(service: Service, state: TroubleState): string {
  if (FACTS.has(service)) return state === 'unhealthy' ? 'needs attention' : 'needs a look';
  return state === 'unhealthy' ? 'is down' : 'works, but poorly';
}

function pastWords(service: Service, state: TroubleState): string {
  if (state === 'flapping') return 'was flapping';
  if (FACTS.has(service)) return state === 'unhealthy' ? 'needed attention' : 'needed a look';
  return state === 'unhealthy' ? 'was down' : 'worked poorly';
}

/** `12 minutes, 08:03–08:15 Europe/London`. */
function spanWords(began: Date, ended: Date, timeZone: string): string {
  const [from, to] = [began, ended].map((at) =>
    Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate(),
  );
  const isOneDay = from && to && from.equals(to);
  const span = isOneDay
    ? `${clockOf(began, timeZone)}–${clockOf(ended, timeZone)} ${timeZone}`
    : `${showTime(began, timeZone)} to ${showTime(ended, timeZone)}`;
  return `${durationWords(began, ended)}, ${span}`;
}

/** `1 minute`, `2 hours 5 minutes`, `3 days 4 hours`. */
export function durationWords(from: Date, to: Date): string {
  const minutes = Math.max(1, Math.round((to.getTime() - from.getTime()) / MINUTE_MS));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  const words = [
    days > 0 ? counted(days, 'day') : '',
    hours > 0 ? counted(hours, 'hour') : '',
    minutes % 60 > 0 && days === 0 ? counted(minutes % 60, 'minute') : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** `08:03`. */
export function clockOf(at: Date, timeZone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainTime();
  return time.toString({ smallestUnit: 'minute' });
}

function sentence(says: string): string {
  return /[.!?]$/.test(says) ? says : `${says}.`;
}
