import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { migrateAll } from '../src/adapters/migrations.ts';
import { startPostgres } from '../workbench/postgres.ts';
import { type Course, floor, ours, platformsWay, type Taken } from './import-contenders.ts';

// Imports every IATA code there can be, with three modules each, in three ways; README.md says what is promised.

const ROUNDS = 3;
const CONTENDERS = { ours, floor, platformsWay };
const BARS = { timesFaster: 10, timesFloor: 2, memoryMb: 100 };
const PLATFORM_SQL = readFileSync(new URL('../test/fixtures/platform.sql', import.meta.url), 'utf8');

type Name = keyof typeof CONTENDERS;

const [contender, course] = process.argv.slice(2);
if (contender && course) console.log(JSON.stringify(await CONTENDERS[contender as Name](JSON.parse(course))));
else await race();

async function race(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-bench-'));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), persistent: true });
  try {
    const csv = join(folder, 'all.csv');
    writeFileSync(csv, everyCode());
    const results: Record<Name, Taken[]> = { ours: [], floor: [], platformsWay: [] };
    for (let round = 1; round <= ROUNDS; round++) {
      for (const name of Object.keys(CONTENDERS) as Name[]) {
        results[name].push(
          await inOwnProcess(name, await freshDatabases(postgres.url, { csv, name: `${name.toLowerCase()}_${round}` })),
        );
      }
    }
    print(results);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function everyCode(): string {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
  return `name,code,modules\n${codes.map((code) => `Airport ${code},${code},"work,assets,planning"\n`).join('')}`;
}

async function freshDatabases(serverUrl: string, { csv, name }: { csv: string; name: string }): Promise<Course> {
  const addressOf = (database: string) => Object.assign(new URL(serverUrl), { pathname: `/${database}` }).href;
  await query(serverUrl, `CREATE DATABASE ${name}`);
  await query(addressOf(name), PLATFORM_SQL);
  const course = { databaseUrl: addressOf(name), ledgerDatabaseUrl: addressOf(`${name}_capops`), csv };
  await migrateAll({ ...course, ledgerIsDerived: true }, () => undefined);
  return course;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** So that what one leaves in memory burdens no other. */
async function inOwnProcess(name: Name, course: Course): Promise<Taken> {
  const args = [fileURLToPath(import.meta.url), name, JSON.stringify(course)];
  const taken: Taken = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  await expectAll(course.databaseUrl);
  return taken;
}

async function expectAll(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    'SELECT (SELECT count(*) FROM public.organizations)::int AS made, (SELECT count(*) FROM entitlement.entitlements)::int AS access',
  );
  await client.end();
  if (rows[0].made !== 26 ** 3 || rows[0].access !== 3 * 26 ** 3)
    throw new Error(`Not everything is there: ${JSON.stringify(rows[0])}`);
}

function print(results: Record<Name, Taken[]>): void {
  const ms = (name: Name) => median(results[name].map((taken) => taken.ms));
  const memoryMb = Math.max(...results.ours.map((taken) => taken.memoryMb));
  const rows = [
    ['ours', ms('ours')],
    ['floor (psql)', ms('floor')],
    ['the platform’s way', ms('platformsWay')],
  ] as const;
  for (const [name, time] of rows) console.log(`${name.padEnd(20)}${time.toFixed(0).padStart(8)} ms`);
  const faster = ms('platformsWay') / ms('ours');
  const overFloor = ms('ours') / ms('floor');
  verdict(
    `faster than the platform’s way: ${faster.toFixed(1)} times (at least ${BARS.timesFaster})`,
    faster >= BARS.timesFaster,
  );
  verdict(`over the floor: ${overFloor.toFixed(2)} times (at most ${BARS.timesFloor})`, overFloor <= BARS.timesFloor);
  verdict(`memory above start-up: ${memoryMb.toFixed(0)} MB (under ${BARS.memoryMb})`, memoryMb < BARS.memoryMb);
}

function verdict(line: string, met: boolean): void {
  console.log(`${met ? 'met   ' : 'MISSED'} ${line}`);
  if (!met) process.exitCode = 1;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
