// A year of health, looked at every minute (525,600 looks at 6 services), for the digest: read from what the ledger has added
// up by itself, beside the same numbers taken from the single looks.
import { openDatabases } from '../src/adapters/databases.ts';
import { availability } from '../src/models/health-history.ts';
import { judge, median, openGround } from './ground.ts';

const MINUTES = 525_600;
const ROUNDS = 7;

const ground = await openGround();
const { databases, close } = openDatabases(await ground.databases('bench_digest'));
const { ledger } = databases;
const until = new Date('2026-11-22T12:34:00Z');
const since = new Date(until.getTime() - MINUTES * 60_000);

console.log(`filling ${(MINUTES * 6).toLocaleString('en-GB')} looks, ten days at a time`);
for (let day = 0; day < 365; day += 10) {
  await ledger.raw(
    `INSERT INTO health_checks (checked_at, service, state, latency_ms)
     SELECT ?::timestamptz + n * interval '1 minute', service,
       CASE WHEN n % 1009 = service THEN 3 WHEN n % 307 = service THEN 2 ELSE 1 END,
       CASE WHEN n % 1009 = service THEN NULL ELSE 20 * service * exp(random() * 2) END
     FROM generate_series(?::int, ?::int) AS n CROSS JOIN generate_series(1, 6) AS service`,
    [since, day * 1440, Math.min((day + 10) * 1440, MINUTES) - 1],
  );
}
await ledger.raw('VACUUM ANALYZE health_checks');
await ledger.raw('VACUUM ANALYZE health_rollups');

async function readSingle(): Promise<Map<number, { availability: number; p95: number }>> {
  const { rows } = await ledger.raw(
    `SELECT service, avg((state < 3)::integer)::float8 AS availability,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms) AS p95
     FROM health_checks WHERE checked_at >= ? AND checked_at < ? GROUP BY service ORDER BY service`,
    [since, until],
  );
  return new Map(rows.map((row: { service: number; availability: number; p95: number }) => [row.service, row]));
}

const residentMiB = () => process.memoryUsage.rss() / 2 ** 20;
await ledger.raw('SELECT 1');
const before = residentMiB();
let peak = before;
const times: { ours: number[]; single: number[] } = { ours: [], single: [] };
let histories = await availability(ledger, since, until);
for (let round = 0; round < ROUNDS; round++) {
  const begun = performance.now();
  histories = await availability(ledger, since, until);
  times.ours.push(performance.now() - begun);
  peak = Math.max(peak, residentMiB());
}
let single = await readSingle();
for (let round = 0; round < 3; round++) {
  const begun = performance.now();
  single = await readSingle();
  times.single.push(performance.now() - begun);
}

let worst = 0;
for (const [place, { availability: ours = 0, p95Ms = 0, checks, points }] of histories.entries()) {
  const floor = single.get(place + 1);
  if (!floor || checks !== MINUTES || points.length > 20) throw new Error('not the whole year');
  if (Math.abs(ours - floor.availability) > 1e-9) throw new Error(`${ours} is not ${floor.availability}`);
  worst = Math.max(worst, Math.abs(p95Ms / floor.p95 - 1));
}
const [ours, slow] = [median(times.ours), median(times.single)];
console.log(
  `from the sums ${ours.toFixed(0)} ms, from the single looks ${slow.toFixed(0)} ms (${(slow / ours).toFixed(0)} times as long)`,
);
console.log(`p95 at most ${(100 * worst).toFixed(1)} % off`);
judge('digest: seconds for a year', ours / 1000, { atMost: 1 });
judge('digest: MiB above the start', peak - before, { atMost: 100 });
judge('digest: ratio to the single looks', ours / slow, { atMost: 0.1 });
judge('digest: p95, share it is off by', worst, { atMost: 0.05 });
await close();
await ground.stop();
