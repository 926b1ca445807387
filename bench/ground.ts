import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrateAll } from '../src/adapters/migrations.ts';
import { startPostgres } from '../workbench/postgres.ts';

/** A PostgreSQL for one benchmark, with its usual durability: what is measured is what users get. */
export interface Ground {
  /** A new, migrated pair of databases. */
  databases(name: string): Promise<{ databaseUrl: string; ledgerDatabaseUrl: string; ledgerIsDerived: boolean }>;
  stop(): Promise<void>;
}

export async function openGround(): Promise<Ground> {
  const postgres = await startPostgres({
    dataDir: join(mkdtempSync(join(tmpdir(), 'capops-bench-')), 'data'),
    persistent: false,
    settings: { fsync: 'on', synchronous_commit: 'on' },
  });
  return {
    databases: async (name) => {
      await onServer(postgres.url, `CREATE DATABASE ${name}`);
      const address = (database: string) => Object.assign(new URL(postgres.url), { pathname: `/${database}` }).href;
      const config = {
        databaseUrl: address(name),
        ledgerDatabaseUrl: address(`${name}_capops`),
        ledgerIsDerived: true,
      };
      await migrateAll(config, () => undefined);
      return config;
    },
    stop: () => postgres.stop(),
  };
}

/** Runs one statement on the server of this address, in none of the benchmark's databases. */
export async function onServer(url: string, statement: string): Promise<void> {
  const admin = new Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
  await admin.connect();
  await admin.query(statement).finally(() => admin.end());
}

/** Every IATA code there can be: AAA to ZZZ, 17,576 of them. */
export function everyCode(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
}

/** Fills a database with every code, each with these modules, by SQL. */
export async function fill(databaseUrl: string, modules: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO public.organizations (id, name, code, "updatedAt") SELECT gen_random_uuid(), 'Airport of ' || code, code, now() FROM unnest($1::text[]) AS code`,
    [everyCode()],
  );
  await client.query(
    `INSERT INTO entitlement.entitlements (id, organization_id, module_key, updated_at)
     SELECT gen_random_uuid(), o.id, m, now() FROM public.organizations o CROSS JOIN unnest($1::text[]) AS m`,
    [modules],
  );
  await client.query('VACUUM ANALYZE');
  await client.end();
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** One line of a result: what it is, the ratio, the bar, and whether it is met. A bar that is missed makes the command fail. */
export function judge(what: string, ratio: number, bar: { atMost?: number; atLeast?: number }): void {
  const met = ratio <= (bar.atMost ?? Number.POSITIVE_INFINITY) && ratio >= (bar.atLeast ?? 0);
  const allowed = bar.atMost === undefined ? `at least ${bar.atLeast}` : `at most ${bar.atMost}`;
  console.log(`${met ? 'met   ' : 'MISSED'}  ${what}: ${ratio.toFixed(2)} (${allowed})`);
  if (!met) process.exitCode = 1;
}
