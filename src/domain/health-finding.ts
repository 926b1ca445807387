import type { Sight } from '../ports.ts';
import { counted } from './counted.ts';
import { type HealthFinding, LABELS, type Service } from './health.ts';
import type { Limits } from './health-limits.ts';
import { type Asked, noAnswerWords, showLimit } from './no-answer-words.ts';

/** What findings are made with: the service, its limits, and the time at which it was looked at. */
export interface Judging {
  readonly service: Service;
  readonly limits: Limits;
  readonly now: Date;
}

type Details = NonNullable<HealthFinding['details']>;
type Unanswered = Extract<Sight<object>, { isAnswered: false }>;

/** A certificate that ends within so many days is told of. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** A service that answers as it should: healthy, or degraded where it was slow. `says` stands before the time: `Connected`. */
export function answered(
  { service, limits: { slowMs }, now }: Judging,
  { ms, certificateEnds }: { ms: number; certificateEnds?: Date },
  { says, next, details = [] }: { says: string; next: string; details?: Details },
): HealthFinding {
  const isSlow = ms >= slowMs;
  const ends = certificateEnds && endWords(certificateEnds, now);
  const words = isSlow
    ? `${says}, slowly (${showMs(ms)}; slow from ${showLimit(slowMs)} on)`
    : `${says} (${showMs(ms)})`;
  return {
    ...{ service, label: LABELS[service], latencyMs: tenths(ms) },
    state: isSlow ? 'degraded' : 'healthy',
    says: ends ? `${words}; its TLS certificate ends ${ends}` : words,
    ...(isSlow ? { next } : {}),
    ...(details.length > 0 ? { details } : {}),
  };
}

/** A service that answered something wrong, or less than it should. */
export function wrong(
  { service }: Judging,
  { ms }: { ms: number },
  found: { state: 'degraded' | 'unhealthy'; says: string; next: string; details?: Details },
): HealthFinding {
  return { service, label: LABELS[service], latencyMs: tenths(ms), ...withoutNone(found) };
}

/** A service that gave no answer which could be judged. */
export function unanswered(
  { service, limits }: Judging,
  { because, sentence }: Unanswered,
  asked: Asked,
): HealthFinding {
  const { says, next } = noAnswerWords(because, asked, limits.timeoutMs);
  return { service, label: LABELS[service], state: 'unhealthy', says: sentence ?? says, next };
}

/** What is judged by something else than an answer and its time. */
export function finding(
  service: Service,
  state: HealthFinding['state'],
  says: string,
  more: Pick<HealthFinding, 'next' | 'details'> = {},
): HealthFinding {
  return { service, label: LABELS[service], state, says, ...withoutNone(more) };
}

/** Nothing to judge; `next` for whoever wants that changed. */
export function notConfigured(service: Service, next: string): HealthFinding {
  return finding(service, 'note', 'Not configured', { next });
}

/** `Certificate ends` with the days that are left, for whoever wants all. */
export function certificateDetails(ends: Date | undefined, now: Date): Details {
  return ends ? [['TLS certificate ends', `${ends.toISOString().slice(0, 10)} (${daysLeft(ends, now)})`]] : [];
}

/** `3 ms`, `1,240 ms`. */
export function showMs(ms: number): string {
  return `${Math.max(1, Math.round(ms)).toLocaleString('en-GB')} ms`;
}

function endWords(ends: Date, now: Date): string | undefined {
  return ends.getTime() - now.getTime() < SOON_DAYS * DAY_MS ? daysLeft(ends, now) : undefined;
}

function daysLeft(ends: Date, now: Date): string {
  return `in ${counted(Math.max(0, Math.floor((ends.getTime() - now.getTime()) / DAY_MS)), 'day')}`;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function withoutNone<T extends Pick<HealthFinding, 'details'>>({ details = [], ...found }: T) {
  return details.length > 0 ? { ...found, details } : found;
}
