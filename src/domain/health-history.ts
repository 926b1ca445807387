import type { Service } from './health.ts';
import { type LatencyCounts, quantile } from './latency-histogram.ts';

const HOUR_MS = 3_600_000;
const MOST_POINTS = 20;
/** How many hours one point may stand for, until it is whole days. */
const HOURS = [1, 2, 3, 4, 6, 8, 12, 24];

/** How a time is cut into points that whole hours, or whole days, fill. */
export interface Points {
  /** A whole hour, or a whole day of UTC, at or before the time's beginning. */
  readonly originMs: number;
  readonly widthMs: number;
  readonly count: number;
}

/** What was counted of a service in one point. Checks in a maintenance window are counted by themselves. */
export interface Counted {
  readonly service: Service;
  readonly point: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly inMaintenance: number;
  readonly latencies: LatencyCounts;
}

export interface HistoryPoint {
  readonly from: Date;
  /** From 0 to 1; undefined: nothing was checked. */
  readonly availability: number | undefined;
  readonly p95Ms: number | undefined;
  readonly checks: number;
}

/** How a service was over a time. What was checked in a maintenance window counts for nothing but `inMaintenance`. */
export interface ServiceHistory {
  readonly service: Service;
  /** The share of the checks that it answered, well or poorly, from 0 to 1; undefined: nothing was checked. */
  readonly availability: number | undefined;
  /** Within 5 %; undefined: it never answered, or has no latency. */
  readonly p95Ms: number | undefined;
  readonly checks: number;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly inMaintenance: number;
  /** At most 20, without gaps, the oldest first. */
  readonly points: readonly HistoryPoint[];
}

/** The finest cut with at most 20 points. */
export function pointsOf(since: Date, until: Date): Points {
  for (let place = 0; ; place++) {
    const hours = HOURS[place] ?? 24 * (place - HOURS.length + 2);
    const alignMs = (hours % 24 === 0 ? 24 : 1) * HOUR_MS;
    const originMs = Math.floor(since.getTime() / alignMs) * alignMs;
    const widthMs = hours * HOUR_MS;
    const count = Math.max(1, Math.ceil((until.getTime() - originMs) / widthMs));
    if (count <= MOST_POINTS) return { originMs, widthMs, count };
  }
}

/** One history a service, in the order in which they come. */
export function historiesOf(counted: readonly Counted[], points: Points): ServiceHistory[] {
  const services = [...new Set(counted.map(({ service }) => service))];
  return services.map((service) => {
    const own = counted.filter((row) => row.service === service);
    return {
      service,
      ...sumOf(own),
      points: Array.from({ length: points.count }, (_, point) => {
        const { availability, p95Ms, checks } = sumOf(own.filter((row) => row.point === point));
        return { from: new Date(points.originMs + point * points.widthMs), availability, p95Ms, checks };
      }),
    };
  });
}

function sumOf(rows: readonly Counted[]): Omit<ServiceHistory, 'service' | 'points'> {
  const total = (of: (row: Counted) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const [degraded, unhealthy] = [total((row) => row.degraded), total((row) => row.unhealthy)];
  const checks = total((row) => row.healthy) + degraded + unhealthy;
  return {
    availability: checks === 0 ? undefined : (checks - unhealthy) / checks,
    p95Ms: quantile(together(rows.map(({ latencies }) => latencies)), 0.95),
    ...{ checks, degraded, unhealthy },
    inMaintenance: total((row) => row.inMaintenance),
  };
}

function together(histograms: readonly LatencyCounts[]): LatencyCounts {
  const all = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [bucket, count] of histogram) all.set(bucket, (all.get(bucket) ?? 0) + count);
  }
  return all;
}
