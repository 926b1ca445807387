import type { Knex } from 'knex';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import type { HealthFinding } from '../../src/domain/health.ts';
import { HealthCheck, pruneHealth, recentLatency } from '../../src/models/health-check.ts';
import { availability } from '../../src/models/health-history.ts';
import { createPlatformDatabase } from '../setup/database.ts';

let ledger: Knex;
let end: () => Promise<void>;
beforeAll(async () => {
  const { platformUrl, ledgerUrl, drop } = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
  const opened = openDatabases({ databaseUrl: platformUrl, ledgerDatabaseUrl: ledgerUrl });
  ledger = opened.databases.ledger;
  end = async () => {
    await opened.close();
    await drop();
  };
});
afterAll(() => end());
beforeEach(() => ledger.raw('TRUNCATE health_checks, health_rollups'));

const at = (time: string) => new Date(`${time}:00Z`);

/** A look every five minutes at a service that answers in a lognormal time, is slow every 50th time and down every 100th. */
async function plant(from: string, to: string, service = 1): Promise<void> {
  await ledger.raw(
    `INSERT INTO health_checks (checked_at, service, state, latency_ms)
     SELECT minute, ?, state, CASE WHEN state < 3 THEN 30 * exp(2 * sqrt(-2 * ln(0.001 + 0.998 * (n * 7919 % 1000) / 1000))) END
     FROM generate_series(?::timestamptz, ?::timestamptz - interval '1 minute', interval '5 minutes')
       WITH ORDINALITY AS minutes (minute, n),
       LATERAL (SELECT CASE WHEN n % 100 = 0 THEN 3 WHEN n % 50 = 0 THEN 2 ELSE 1 END AS state) AS states`,
    [service, at(from), at(to)],
  );
}

/** The same numbers from the single looks. */
async function single(from: string, to: string) {
  const { rows } = await ledger.raw(
    `SELECT count(*)::int AS checks, avg((state < 3)::int)::float8 AS availability,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms) AS p95
     FROM health_checks WHERE checked_at >= ? AND checked_at < ?`,
    [at(from), at(to)],
  );
  return rows[0] as { checks: number; availability: number; p95: number };
}

describe('how a service was over a time', () => {
  test('is what its single looks say, wherever the time begins and ends', async () => {
    await plant('2026-03-01T00:00', '2026-04-01T00:00');
    for (const [from, to] of [
      ['2026-03-01T10:20', '2026-03-01T10:50'],
      ['2026-03-01T10:20', '2026-03-01T11:10'],
      ['2026-03-01T10:20', '2026-03-02T08:07'],
      ['2026-03-01T00:00', '2026-03-08T00:00'],
      ['2026-03-01T10:20', '2026-03-31T08:07'],
    ] as const) {
      const [history] = await availability(ledger, at(from), at(to));
      const floor = await single(from, to);
      expect(history?.checks, `${from} to ${to}`).toBe(floor.checks);
      expect(history?.availability).toBeCloseTo(floor.availability, 9);
      expect(Math.abs((history?.p95Ms ?? 0) / floor.p95 - 1)).toBeLessThan(0.05);
      expect(history?.points.length).toBeLessThanOrEqual(20);
      expect(history?.points.reduce((sum, { checks }) => sum + checks, 0)).toBe(floor.checks);
    }
  });

  test('has a point for times in which nothing was looked at, and says that there is nothing', async () => {
    await plant('2026-03-01T08:00', '2026-03-01T10:00');
    const [history] = await availability(ledger, at('2026-03-01T06:00'), at('2026-03-01T12:00'));
    expect(history?.points.map(({ from, checks }) => [from.toISOString().slice(11, 16), checks])).toEqual([
      ['06:00', 0],
      ['07:00', 0],
      ['08:00', 12],
      ['09:00', 12],
      ['10:00', 0],
      ['11:00', 0],
    ]);
    expect(history?.points[0]).toMatchObject({ availability: undefined, p95Ms: undefined });
  });

  test('does not count what was looked at in a maintenance window', async () => {
    const finding: HealthFinding = { service: 'gateway', label: 'API Gateway', state: 'unhealthy', says: 'Down' };
    await HealthCheck.note(ledger, at('2026-03-01T10:00'), [{ finding, inMaintenance: true }]);
    await HealthCheck.note(ledger, at('2026-03-01T10:01'), [
      { finding: { ...finding, state: 'healthy', latencyMs: 12 }, inMaintenance: false },
    ]);
    for (const [since, until] of [
      ['2026-03-01T10:00', '2026-03-01T10:30'],
      ['2026-03-01T10:00', '2026-03-01T11:00'],
    ] as const) {
      const [history] = await availability(ledger, at(since), at(until));
      expect(history).toMatchObject({ service: 'gateway', availability: 1, checks: 1, unhealthy: 0, inMaintenance: 1 });
    }
  });

  test('counts a minute once, however often it is written, and notes not at all', async () => {
    const finding: HealthFinding = {
      service: 'redis',
      label: 'Redis',
      state: 'degraded',
      says: 'Slow',
      latencyMs: 900,
    };
    const note: HealthFinding = { service: 'backup', label: 'Newest backup', state: 'note', says: 'None yet' };
    for (let twice = 0; twice < 2; twice++) {
      await HealthCheck.note(
        ledger,
        at('2026-03-01T10:00'),
        [finding, note].map((one) => ({ finding: one, inMaintenance: false })),
      );
    }
    const histories = await availability(ledger, at('2026-03-01T09:00'), at('2026-03-01T12:00'));
    expect(histories.map(({ service, checks, degraded }) => [service, checks, degraded])).toEqual([['redis', 1, 1]]);
  });
});

test('the last looks at a service come newest first, without those of others', async () => {
  const minute = (ago: number) => new Date(Math.floor(Date.now() / 60_000 - ago) * 60_000);
  for (const ago of [3, 2, 1]) {
    const database: HealthFinding = { service: 'database', label: '', state: 'healthy', says: '', latencyMs: ago };
    const redis: HealthFinding = { ...database, service: 'redis', latencyMs: 99 };
    await HealthCheck.note(
      ledger,
      minute(ago),
      [database, redis].map((finding) => ({ finding, inMaintenance: false })),
    );
  }
  expect(await recentLatency(ledger, 'database', 2)).toEqual([
    { checkedAt: minute(1), state: 'healthy', latencyMs: 1 },
    { checkedAt: minute(2), state: 'healthy', latencyMs: 2 },
  ]);
});

test('what is older than 400 days goes, and nothing else', async () => {
  await ledger.raw(
    `INSERT INTO health_checks (checked_at, service, state)
     SELECT date_trunc('day', now(), 'UTC') - n * interval '1 day', 1, 1 FROM generate_series(390, 410) AS n`,
  );
  // So many that it takes more than one part; they are added up nowhere.
  await ledger.transaction(async (trx) => {
    await trx.raw('SET LOCAL session_replication_role = replica');
    await trx.raw(
      `INSERT INTO health_checks (checked_at, service, state)
       SELECT now() - interval '401 days' - n * interval '1 minute', 2, 1 FROM generate_series(1, 6000) AS n`,
    );
  });
  expect(await pruneHealth(ledger)).toBeGreaterThanOrEqual(6_010);
  const { rows } = await ledger.raw(
    `SELECT count(*)::int AS looks, bool_and(checked_at > now() - interval '400 days') AS kept,
       (SELECT min(began) FROM health_rollups) > now() - interval '400 days' AS sums FROM health_checks`,
  );
  expect(rows).toEqual([{ looks: 10, kept: true, sums: true }]);
  expect(await pruneHealth(ledger)).toBe(0);
});
