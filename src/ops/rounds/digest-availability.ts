import { showTime } from '../../domain/end-date.ts';
import { LABELS, type Service } from '../../domain/health.ts';
import type { HistoryPoint, ServiceHistory } from '../../domain/health-history.ts';
import { availability } from '../../models/health-history.ts';
import type { Chart, Part } from '../service/report.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { DigestSection, Span, Subject } from './digest-section.ts';

const DAY_MS = 86_400_000;
/** Slack draws so many lines well. */
const MOST_LINES = 6;
/** Services that answer or do not; the others are stocks. */
const ANSWERING: readonly Service[] = ['database', 'gateway', 'frontend', 'redis', 'slack', 'offsite', 'ledger'];

/** How every service was since the last digest. */
export const availabilitySince: Subject = {
  name: 'the services’ history',
  async look({ databases: { ledger } }, span): Promise<DigestSection> {
    const all = await withLedger(() => availability(ledger, span.since, span.now));
    const seen = all.filter(({ service, checks }) => ANSWERING.includes(service) && checks > 0);
    const since = showTime(span.since, span.timeZone);
    if (seen.length === 0) {
      return { needs: [], report: { tone: 'info', title: `No service was checked since ${since}.` } };
    }
    return {
      needs: [],
      report: {
        tone: 'info',
        title: titleOf(seen, since),
        parts: [tableOf(seen), ...chartsOf(seen, span)],
      },
    };
  },
};

function titleOf(seen: readonly ServiceHistory[], since: string): string {
  const flawed = seen.filter((one) => (one.availability ?? 1) < 1);
  if (flawed.length === 0) return `Every service answered every check since ${since}.`;
  const words = flawed.map(({ service, availability: share }) => `${LABELS[service]} ${percent(share)}`);
  return `Availability since ${since}: ${words.join(', ')}; the rest 100 %.`;
}

function tableOf(seen: readonly ServiceHistory[]): Part {
  return {
    kind: 'table',
    columns: ['Service', 'Availability', '95 % answered within', 'Checks', 'Slow', 'Down'],
    rows: seen.map(({ service, availability: share, p95Ms, checks, degraded, unhealthy }) => [
      LABELS[service],
      percent(share),
      p95Ms === undefined ? '–' : `${Math.round(p95Ms)} ms`,
      checks.toLocaleString('en-GB'),
      String(degraded),
      String(unhealthy),
    ]),
  };
}

/** Never rounded up to a whole that it is not. */
function percent(share: number | undefined): string {
  if (share === undefined) return '–';
  const hundredths = share === 1 ? 10_000 : Math.min(9_999, Math.round(share * 10_000));
  return `${(hundredths / 100).toLocaleString('en-GB', { maximumFractionDigits: 2 })} %`;
}

function chartsOf(seen: readonly ServiceHistory[], span: Span): Chart[] {
  const shown = seen.slice(0, MOST_LINES);
  const all = shown[0]?.points ?? [];
  const isWatched = (_: unknown, place: number) => shown.some(({ points }) => (points[place]?.checks ?? 0) > 0);
  // Before anybody watched, and after, there is nothing to draw.
  const [begin, end] = [all.findIndex(isWatched), all.findLastIndex(isWatched) + 1];
  if (end - begin < 2) return [];
  const labels = all.slice(begin, end).map(({ from }) => labelOf(from, all, span.timeZone));
  const series = (value: (point: HistoryPoint) => number | undefined) =>
    shown.map(({ service, points }) => ({ name: LABELS[service], values: points.slice(begin, end).map(value) }));
  const availabilities = series((point) =>
    point.availability === undefined ? undefined : Math.floor(point.availability * 10_000) / 100,
  );
  const latencies = series(({ p95Ms }) => (p95Ms === undefined ? undefined : Math.round(p95Ms)));
  return [
    { kind: 'chart', shape: 'line', title: 'Availability (%)', labels, series: availabilities },
    { kind: 'chart', shape: 'line', title: '95 % answered within (ms)', labels, series: latencies },
  ];
}

/** Short, and no two the same: `22 Nov` of whole days, else `Sun 08:00`, or `22 Nov, 08:00` beyond a week. */
function labelOf(from: Date, points: readonly HistoryPoint[], timeZone: string): string {
  const show = (options: Intl.DateTimeFormatOptions) => from.toLocaleString('en-GB', { timeZone, ...options });
  const [first, second] = points;
  const last = points.at(-1);
  const day = { day: 'numeric', month: 'short' } as const;
  if (!first || !second || !last || second.from.getTime() - first.from.getTime() >= DAY_MS) return show(day);
  const isInAWeek = last.from.getTime() - first.from.getTime() < 7 * DAY_MS;
  const time = show({ hour: '2-digit', minute: '2-digit' });
  return isInAWeek ? `${show({ weekday: 'short' })} ${time}` : `${show(day)}, ${time}`;
}
