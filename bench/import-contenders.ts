import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { parse } from 'csv-parse';
import { Client } from 'pg';
import { openDatabases } from '../src/adapters/databases.ts';
import { bulkImport } from '../src/ops/bulk-import.ts';
import { createService, type Outcome, type Request } from '../src/ops/service/service.ts';
import { peakResidentBytes } from '../test/setup/peak-memory.ts';

/** What one contender took, timed inside its own process. */
export type Taken = { ms: number; memoryMb: number };

export type Course = { databaseUrl: string; ledgerDatabaseUrl: string; csv: string };

/** The whole of it through the one door, as the terminal does it: the preview, and then what it confirms. */
export async function ours(course: Course): Promise<Taken> {
  const { databases, close } = openDatabases(course);
  const log = { debug: quiet, info: quiet, warn: console.error, error: console.error };
  const settings = { environment: 'bench', timeZone: 'UTC', policy: undefined };
  const clock = { now: () => new Date() };
  const service = createService({ databases, cache: undefined, directory: undefined, clock, log, settings }, [
    bulkImport,
  ]);
  const request: Request = {
    operation: bulkImport,
    actor: { id: 'cli:bench@bench', name: 'Bench', face: 'terminal', osUser: 'bench' },
    raw: { file: course.csv },
    openFile: async (path) => ({ name: 'all.csv', sizeBytes: statSync(path).size, content: createReadStream(path) }),
  };
  await Promise.all([databases.platform.raw('SELECT 1'), databases.ledger.raw('SELECT 1')]);
  const taken = await measured(async () => {
    const shown = await service.execute(request);
    if (shown.kind !== 'preview' || !shown.confirmation) throw unexpected(shown);
    const done = await service.execute({ ...request, confirmation: shown.confirmation });
    if (done.kind !== 'done') throw unexpected(done);
  });
  await service.settled();
  await close();
  return taken;
}

/** The platform's own script: a select and four inserts a row, one after the other. */
export async function platformsWay({ databaseUrl, csv }: Course): Promise<Taken> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const taken = await measured(async () => {
    for await (const [name, code, modules] of createReadStream(csv).pipe(parse({ from_line: 2 }))) {
      const { rows } = await client.query('SELECT id FROM public.organizations WHERE code = $1', [code]);
      if (rows.length > 0) continue;
      const id = randomUUID();
      const insert =
        'INSERT INTO public.organizations (id, name, code, "createdAt", "updatedAt") VALUES ($1, $2, $3, now(), now())';
      await client.query(insert, [id, name, code]);
      for (const key of modules.split(',')) {
        await client.query(
          `INSERT INTO entitlement.entitlements (id, organization_id, module_key, status, valid_from, created_at, updated_at)
           VALUES ($1, $2, $3, 'active', now(), now(), now())`,
          [randomUUID(), id, key],
        );
      }
    }
  });
  await client.end();
  return taken;
}

/** What PostgreSQL itself needs for the same rows: psql from its start to its end, in one transaction. */
export async function floor({ databaseUrl, csv }: Course): Promise<Taken> {
  const statements = [
    'CREATE TEMPORARY TABLE wanted (name text, code text, modules text)',
    `\\copy wanted FROM '${csv}' WITH (FORMAT csv, HEADER)`,
    `INSERT INTO public.organizations (id, name, code, "createdAt", "updatedAt", "createdBy", "updatedBy")
     SELECT gen_random_uuid()::text, name, code, now(), now(), 'bench', 'bench' FROM wanted`,
    `INSERT INTO entitlement.entitlements (id, organization_id, module_key, status, valid_from, created_at, updated_at, created_by, updated_by)
     SELECT gen_random_uuid()::text, o.id, key, 'active', now(), now(), now(), 'bench', 'bench'
       FROM wanted JOIN public.organizations o USING (code), unnest(string_to_array(modules, ',')) AS key`,
    `INSERT INTO entitlement.entitlement_audits (id, entitlement_id, organization_id, module_key, action, new_value, performed_by, performed_at, reason)
     SELECT gen_random_uuid()::text, id, organization_id, module_key, 'created', '{"status": "active", "validUntil": null}', 'bench', now(),
            'Imported from all.csv through CapOps [run 00000000-0000-0000-0000-000000000000]' FROM entitlement.entitlements`,
  ];
  const args = [
    '--no-psqlrc',
    '--quiet',
    '--single-transaction',
    '--set',
    'ON_ERROR_STOP=1',
    ...statements.flatMap((sql) => ['-c', sql.replaceAll(/\s+/g, ' ')]),
  ];
  return measured(async () => void execFileSync('psql', args, { env: { ...process.env, ...libpq(databaseUrl) } }));
}

/** As environment, for a password on a command line is there for all to see. */
function libpq(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
}

async function measured(work: () => Promise<void>): Promise<Taken> {
  const before = process.memoryUsage.rss();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return { ms, memoryMb: (peakResidentBytes() - before) / 2 ** 20 };
}

function unexpected(outcome: Outcome): Error {
  return new Error(`The import went otherwise: ${JSON.stringify(outcome).slice(0, 2000)}`);
}

function quiet(): void {}
