// Every IATA code there can be with three modules each: CapOps' import beside the platform's way and beside psql.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { everyCode, judge, median, openGround } from './ground.ts';
import { type Course, floor, ours, platformsWay, type Taken } from './import-contenders.ts';

const ROUNDS = 3;
const CONTENDERS = { ours, floor, platformsWay };

type Name = keyof typeof CONTENDERS;

const [contender, course] = process.argv.slice(2);
if (contender && course) console.log(JSON.stringify(await CONTENDERS[contender as Name](JSON.parse(course))));
else await race();

async function race(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-bench-'));
  const ground = await openGround();
  const results: Record<Name, Taken[]> = { ours: [], floor: [], platformsWay: [] };
  try {
    const csv = join(folder, 'all.csv');
    const lines = everyCode().map((code) => `Airport ${code},${code},"work,assets,planning"\n`);
    writeFileSync(csv, `name,code,modules\n${lines.join('')}`);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const name of Object.keys(CONTENDERS) as Name[]) {
        const databases = await ground.databases(`${name.toLowerCase()}_${round}`);
        results[name].push(await inOwnProcess(name, { ...databases, csv }));
      }
    }
  } finally {
    await ground.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  report(results);
}

/** So that what one leaves in memory burdens no other. */
async function inOwnProcess(name: Name, course: Course): Promise<Taken> {
  const args = [fileURLToPath(import.meta.url), name, JSON.stringify(course)];
  const taken: Taken = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  const [{ made, access }] = await query(
    course.databaseUrl,
    `SELECT (SELECT count(*) FROM public.organizations)::int AS made, (SELECT count(*) FROM entitlement.entitlements)::int AS access`,
  );
  if (made !== 26 ** 3 || access !== 3 * 26 ** 3)
    throw new Error(`${name} imported ${made} organisations, ${access} modules`);
  return taken;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of any statement
async function query(url: string, sql: string): Promise<any> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows;
}

function report(results: Record<Name, Taken[]>): void {
  const ms = (name: Name) => median(results[name].map((taken) => taken.ms));
  const times = `CapOps ${ms('ours').toFixed(0)} ms, psql ${ms('floor').toFixed(0)} ms, the platform’s way ${ms('platformsWay').toFixed(0)} ms`;
  console.log(`${times}, median of ${ROUNDS}`);
  judge('import: times faster than the platform’s way', ms('platformsWay') / ms('ours'), { atLeast: 10 });
  judge('import: time, ratio to psql', ms('ours') / ms('floor'), { atMost: 2 });
  judge('import: most MB above start-up', Math.max(...results.ours.map(({ memoryMb }) => memoryMb)), { atMost: 100 });
}
