import type { Knex } from 'knex';
import { type Counted, historiesOf, type Points, pointsOf, type ServiceHistory } from '../domain/health-history.ts';
import { serviceOf } from './health-codes.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How every service was from one moment to another, read from what the ledger has added up: whole days where a point
 * stands for whole days, else whole hours; single looks only in the hours that are cut by the ends.
 */
export async function availability(ledger: Knex, since: Date, until: Date): Promise<ServiceHistory[]> {
  const points = pointsOf(since, until);
  const { rows } = await ledger.raw<{ rows: Row[] }>(SUMS, bindings(points, since, until));
  return historiesOf(
    rows.flatMap((row) => countedOf(row) ?? []),
    points,
  );
}

interface Row {
  readonly service: number;
  readonly point: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly in_maintenance: number;
  /** Bucket and how many, one after the other. */
  readonly latencies: number[] | null;
}

// Latencies are added up bucket by bucket before they leave the database.
const SUMS = `
  WITH parts AS (
    SELECT service, began, healthy, degraded, unhealthy, in_maintenance, latencies, NULL::integer AS bucket
    FROM health_rollups
    WHERE span = 'day' AND began >= :firstDay AND began < :lastDay
    UNION ALL
    SELECT service, began, healthy, degraded, unhealthy, in_maintenance, latencies, NULL
    FROM health_rollups
    WHERE span = 'hour' AND (began >= :firstHour AND began < :firstDay OR began >= :lastDay AND began < :lastHour)
    UNION ALL
    SELECT service, checked_at, (state = 1 AND NOT in_maintenance)::integer, (state = 2 AND NOT in_maintenance)::integer,
      (state = 3 AND NOT in_maintenance)::integer, in_maintenance::integer, NULL,
      CASE WHEN NOT in_maintenance THEN latency_bucket(latency_ms) END
    FROM health_checks
    WHERE checked_at >= :since AND checked_at < :firstHour OR checked_at >= :lastHour AND checked_at < :until
  ), placed AS MATERIALIZED (
    SELECT *, least(:last, floor(extract(epoch FROM began - :origin::timestamptz) * 1000 / :width))::integer AS point FROM parts
  ), counts AS (
    SELECT service, point, sum(healthy)::integer AS healthy, sum(degraded)::integer AS degraded,
      sum(unhealthy)::integer AS unhealthy, sum(in_maintenance)::integer AS in_maintenance
    FROM placed GROUP BY service, point
  ), answers AS (
    SELECT service, point, bucket, sum(answers)::integer AS answers
    FROM (
      SELECT service, point, bucket, 1 AS answers FROM placed WHERE bucket IS NOT NULL
      UNION ALL
      SELECT service, point, place::integer, answers
      FROM placed CROSS JOIN LATERAL unnest(latencies) WITH ORDINALITY AS histogram (answers, place) WHERE answers > 0
    ) AS every
    GROUP BY service, point, bucket
  ), histograms AS (
    SELECT service, point, array_agg(bucket) || array_agg(answers) AS latencies FROM answers GROUP BY service, point
  )
  SELECT * FROM counts LEFT JOIN histograms USING (service, point) ORDER BY service, point`;

function bindings({ originMs, widthMs, count }: Points, since: Date, until: Date) {
  const firstHour = Math.min(ceilTo(HOUR_MS, since.getTime()), until.getTime());
  const lastHour = Math.max(floorTo(HOUR_MS, until.getTime()), firstHour);
  const inDays = widthMs % DAY_MS === 0;
  const firstDay = inDays ? Math.min(ceilTo(DAY_MS, firstHour), lastHour) : lastHour;
  const lastDay = inDays ? Math.max(floorTo(DAY_MS, lastHour), firstDay) : lastHour;
  const moments = { since: since.getTime(), until: until.getTime(), firstHour, lastHour, firstDay, lastDay };
  const dates = Object.fromEntries(Object.entries(moments).map(([name, ms]) => [name, new Date(ms)] as const));
  return { ...dates, origin: new Date(originMs), width: widthMs, last: count - 1 };
}

function countedOf({ service: code, point, healthy, degraded, unhealthy, in_maintenance, latencies }: Row) {
  const service = serviceOf(code);
  if (!service) return undefined;
  const pairs = latencies ?? [];
  const half = pairs.length / 2;
  const counts = new Map(pairs.slice(0, half).map((bucket, place) => [bucket, pairs[half + place] ?? 0]));
  const row: Counted = {
    ...{ service, point, healthy, degraded, unhealthy },
    inMaintenance: in_maintenance,
    latencies: counts,
  };
  return row;
}

function floorTo(unitMs: number, ms: number): number {
  return Math.floor(ms / unitMs) * unitMs;
}

function ceilTo(unitMs: number, ms: number): number {
  return Math.ceil(ms / unitMs) * unitMs;
}
