import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/ops/service/report.ts';
import { type OutageGround, openOutageGround } from '../outages/ground.ts';
import { onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { OMAR, said } from './desk.ts';
import { foundIn, IDENTITY_FILE, PASSWORD, plant, SECRET_SETTINGS } from './planted-secrets.ts';

const ROLE = `support_${process.pid}`;
const MARKS = ['in-container', 'in-file', 'in-policy', 'in-input', 'in-message', 'in-migration', 'in-commit'] as const;

let ground: OutageGround;
let report: Report | undefined;
let text: string;

beforeAll(async () => {
  await onServer(`CREATE ROLE ${ROLE} SUPERUSER LOGIN PASSWORD ${quoted(PASSWORD)}`);
  ground = await openOutageGround({
    policy: `checkout: CHECKOUT\nlogs:\n  - name: api\n    file: LOGFILE\n${commented(plant('in-policy'))}\n`,
    env: ({ DATABASE_URL = '', LEDGER_DATABASE_URL = '', SLACK_API_URL = '' }, folder) => {
      prepare(folder);
      return {
        ...SECRET_SETTINGS,
        ...{
          SLACK_API_URL,
          AGE_IDENTITY_FILE: 'age.txt',
          REDIS_URL: `redis://u:${encodeURIComponent(PASSWORD)}@127.0.0.1:1`,
        },
        DATABASE_URL: asRole(DATABASE_URL),
        LEDGER_DATABASE_URL: asRole(LEDGER_DATABASE_URL),
      };
    },
  });
  ground.engine?.say({ service: 'api-gateway', script: `printf '%s\\n' ${shellQuoted(plant('in-container'))}` });
  await plantInDatabases(ground);
  // A machine that is busy with other tests may need more than one look.
  for (let tries = 0; tries < 3 && lacking(report).length !== 0; tries++) report = await made();
  text = report?.attachments?.[0]?.content ?? '';
}, 60_000);

afterAll(async () => {
  await ground?.close();
  await onServer(`DROP ROLE IF EXISTS ${ROLE}`);
});

/** What the report says is missing; undefined: nothing was made yet. */
const lacking = (made: Report | undefined) => made?.parts?.filter(({ kind }) => kind === 'list') ?? [undefined];

async function made(): Promise<Report> {
  const operation = ground.service.find('support');
  if (!operation) throw new Error('there is no such operation');
  const outcome = await ground.service.execute({ operation, actor: OMAR, raw: {} });
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.report;
}

/** The files that stand where the settings say. */
function prepare(folder: string): void {
  const checkout = join(folder, 'checkout');
  mkdirSync(checkout);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', checkout, '-c', 'user.name=Ada', '-c', 'user.email=a@example.com', ...args]);
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '-m', plant('in-commit').replaceAll('\n', ' '));
  writeFileSync(join(folder, 'age.txt'), IDENTITY_FILE, { mode: 0o600 });
  writeFileSync(join(folder, 'api.log'), `${plant('in-file')}\n`);
  const policy = join(folder, 'capops.yml');
  execFileSync('sed', ['-i', `s#CHECKOUT#${checkout}#; s#LOGFILE#${join(folder, 'api.log')}#`, policy]);
}

async function plantInDatabases({ databases }: OutageGround): Promise<void> {
  await ask(databases.ledgerUrl, async (ledger) => {
    const run =
      'INSERT INTO runs (id, operation, effect, actor_id, actor_name, face, input, state, message, reference, started_at, finished_at)';
    const values =
      "VALUES (gen_random_uuid(), 'grant-module', 'changes', 'slack:U0ADA', 'Ada', 'slack', $1, 'failed', $2, 'abcd1234', now(), now())";
    await ledger.query(`${run} ${values}`, [JSON.stringify({ reason: plant('in-input') }), plant('in-message')]);
  });
  await ask(databases.platformUrl, async (platform) => {
    await platform.query(`CREATE TABLE IF NOT EXISTS public._prisma_migrations (id text, checksum text, finished_at timestamptz,
      migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz DEFAULT now(), applied_steps_count int DEFAULT 0)`);
    const insert =
      "INSERT INTO public._prisma_migrations (id, checksum, migration_name, logs) VALUES ('1', 'x', '20260101_planted', $1)";
    await platform.query(insert, [plant('in-migration')]);
  });
}

async function ask(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await work(client).finally(() => client.end());
}

const asRole = (url: string) =>
  Object.assign(new URL(url), { username: ROLE, password: encodeURIComponent(PASSWORD) }).href;
const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
const shellQuoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
const commented = (lines: string) =>
  lines
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n');

describe('the file for the development team', () => {
  test('has every part, and says which cannot be had', () => {
    const headings = [...text.matchAll(/^## \d+\. (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Versions',
      'Settings',
      'capops.yml',
      'Latest commits of the platform',
      'Health',
      'Diagnosis of the database',
      'Services in Docker',
      'Schedule',
      'Migrations of the platform (Prisma)',
      'Schema of the platform',
      'Migrations of CapOps’ ledger',
      'Last runs that failed or were interrupted',
      'Last runs',
      'Log of web',
      'Log of api-gateway',
      'Log api',
    ]);
    expect(text).toMatch(/PostgreSQL of the platform: PostgreSQL \d+/);
    expect(text).toContain('| DATABASE_URL | postgres://127.0.0.1');
    expect(text).toContain('| public.organizations |');
    expect(text).toContain('0001-runs-and-starts.ts');
    expect(lacking(report)).toEqual([]);
  });

  test('holds what stands in each place', () => {
    for (const mark of MARKS) expect(text).toContain(mark);
  });

  test('holds no configured secret, nothing that looks like one, and nothing of a row', () => {
    expect(foundIn(plant('')).length).toBeGreaterThan(70);
    expect(foundIn(text)).toEqual([]);
    expect(foundIn(JSON.stringify(report))).toEqual([]);
  });
});

itNeeds('docker', 'a log that is shown holds no configured secret, and is not found by one', async () => {
  const show = async (words: Record<string, unknown>) => {
    const operation = ground.service.find('logs');
    if (!operation) throw new Error('there is no such operation');
    return ground.service.execute({ operation, actor: OMAR, raw: { service: 'api-gateway', ...words } });
  };
  const all = JSON.stringify(await show({ lines: 200 }));
  expect(all).toContain('in-container');
  expect(all).not.toContain(SECRET_SETTINGS.AWS_SECRET_ACCESS_KEY);
  expect(all).not.toContain(PASSWORD);
  const found = said(await show({ grep: SECRET_SETTINGS.AWS_SECRET_ACCESS_KEY }));
  expect(found).not.toContain('raw [secret]');
});
