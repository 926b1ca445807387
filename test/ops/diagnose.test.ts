import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { migrateAll } from '../../src/adapters/migrations.ts';
import { type Postgres, startPostgres } from '../../workbench/postgres.ts';
import { give, serverOwner } from '../../workbench/postgres-home.ts';
import { query } from '../adapters/shape.ts';
import { type Certificate, openAuthority } from '../setup/certificates.ts';
import { startEngine } from '../setup/docker.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { runCli } from '../setup/run-cli.ts';
import { VERA } from './desk.ts';
import { openClinic, openSession } from './diagnosis-ground.ts';

// A server of its own: what is done to it here cannot be done to one that other tests use.

const home = mkdtempSync(join(tmpdir(), 'capops-diagnose-'));
const SETTINGS = { max_connections: '20', superuser_reserved_connections: '6' };
const PLATFORM = readFileSync(new URL('../fixtures/platform.sql', import.meta.url), 'utf8');
/** On a machine that is busy with other tests. */
const SOON = { timeout: 10_000, interval: 200 };
let server: Postgres;
let chain: Awaited<ReturnType<typeof openChain>>;
beforeAll(async () => {
  chmodSync(home, 0o755);
  server = await startPostgres({ dataDir: join(home, 'postgres'), persistent: false, settings: SETTINGS });
  for (const database of ['airport', 'runway']) {
    await query(server.url, `CREATE DATABASE ${database}`);
    await query(at(database), PLATFORM);
  }
  await query(
    server.url,
    `CREATE ROLE clerk LOGIN PASSWORD 'swordfish'; REVOKE CONNECT ON DATABASE runway FROM public`,
  );
  const urls = { databaseUrl: at('airport'), ledgerDatabaseUrl: at('airport_capops'), ledgerIsDerived: true };
  await migrateAll(urls, () => undefined);
  chain = await openChain(at('runway'));
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

const at = (database: string, user?: string) =>
  Object.assign(
    new URL(server.url),
    { pathname: `/${database}` },
    user ? { username: user, password: 'swordfish' } : {},
  ).href;
const own = () => ({ platformUrl: at('airport'), ledgerUrl: at('airport_capops') });
const clinic = (addresses: Partial<ReturnType<typeof own>> = {}, settings = {}) => {
  const opened = openClinic({ ...own(), ...addresses }, settings);
  onTestFinished(opened.close);
  return opened;
};
const diagnose = (platformUrl: string, settings = {}) => clinic({ platformUrl }, settings).diagnose();

/** Three sessions: one holds a table and is idle, the second waits for it, the third for the second. */
async function openChain(url: string) {
  const [root, middle, last] = await Promise.all(
    ['nightly job', 'gateway', 'report'].map((name) => openSession(url, name)),
  );
  if (!root || !middle || !last) throw new Error('no sessions');
  await root.client.query(`BEGIN; LOCK TABLE public.users; SELECT 'a secret of hers'`);
  await middle.client.query('BEGIN; LOCK TABLE public.organizations');
  middle.client.query(`UPDATE public.users SET name = 'a secret of his'`).catch(() => undefined);
  last.client.query('SELECT * FROM public.organizations').catch(() => undefined);
  return { root: root.pid, middle: middle.pid, last: last.pid };
}

describe('diagnose', () => {
  test('finds nothing wrong where nothing is, in a line for each step', async () => {
    const { cause, isBroken, lines, report } = await diagnose(at('airport'));
    expect({ cause, isBroken }).toEqual({
      cause: 'Nothing wrong was found: the database answers, and nobody waits.',
      isBroken: false,
    });
    expect(lines).toEqual({
      name: '✓ Resolved (N ms)',
      port: '✓ Open (N ms)',
      tls: '• Not asked for in DATABASE_URL',
      login: '✓ Let in (N ms)',
      database: '✓ “airport” is there',
      select: '✓ Answered (N ms)',
      connections: expect.stringMatching(/^✓ \d+ of 14 are taken/),
      locks: '✓ Nobody waits for long',
      disk: expect.stringMatching(/^. [\d.]+ MB database, [\d.]+ .B left for it; [\d.]+ .B left for backups$/),
      writing: expect.stringMatching(/^✓ Allowed \(PostgreSQL \d/),
      services: expect.stringContaining('• Not configured'),
      migrations: '✓ None unfinished',
      rights: '✓ “postgres” has what CapOps needs',
      'own migrations': '✓ None pending',
      ledger: '✓ Answers',
    });
    expect(report.thread).toBeUndefined();
  });

  test('is for operators: it shows others’ statements', async () => {
    expect(await clinic().types('diagnose', { actor: VERA })).toMatchObject({ kind: 'denied' });
  });

  test.each([
    [
      'a name that does not resolve',
      'name',
      () => 'postgresql://a:b@no-such-host.invalid/airport',
      'cannot be resolved',
    ],
    ['a port that nobody listens at', 'port', () => 'postgresql://a:b@127.0.0.1:1/airport', 'refuses connections'],
    ['TLS that is not spoken', 'tls', () => `${at('airport')}?sslmode=require`, 'does not speak TLS'],
    ['a wrong password', 'login', () => at('airport', 'postgres'), 'refuses the user or the password in DATABASE_URL'],
    ['no password', 'login', () => at('airport').replace(/:[^:@]*@/, '@'), 'asks for a password'],
    ['a database that is not there', 'database', () => at('airfield'), 'no database “airfield”'],
    ['no right to connect', 'database', () => at('runway', 'clerk'), '“clerk” lacks the right to connect to “runway”'],
  ])('names %s, and looks at nothing behind it', async (_, step, url, words) => {
    const { cause, isBroken, lines, report, steps } = await diagnose(url());
    expect(isBroken).toBe(true);
    expect(cause).toContain(words);
    expect(report.broken).toBe(true);
    expect(Object.keys(lines).find((name) => lines[name]?.startsWith('✗'))).toBe(step);
    expect(lines.connections).toBe(`– Not looked at, because of step “${steps[step]?.label}”`);
    const [list] = report.parts?.filter((part) => part.kind === 'list' && part.marked) ?? [];
    const skipped = list?.kind === 'list' ? list.items.filter((line) => line.includes('because of step')) : [];
    expect(skipped).toHaveLength(1);
    expect(JSON.stringify(report)).not.toMatch(/swordfish|127\.0\.0\.1|no-such-host/);
  });

  test('says what to type for a right that is missing, and that helps', async () => {
    const [first] = (await diagnose(at('runway', 'clerk'))).steps.database?.type ?? [];
    expect(first).toBe('GRANT CONNECT ON DATABASE "runway" TO "clerk";');
    const { cause, steps } = await diagnose(at('airport', 'clerk'));
    expect(cause).toBe(
      'Permission denied: the user “clerk” lacks rights on public.organizations, entitlement.entitlements, entitlement.entitlement_audits.',
    );
    expect(steps.rights?.type).toEqual([
      'GRANT USAGE ON SCHEMA entitlement TO "clerk";',
      'GRANT SELECT, INSERT, UPDATE ON public.organizations TO "clerk";',
      'GRANT SELECT, INSERT, UPDATE ON entitlement.entitlements TO "clerk";',
      'GRANT SELECT, INSERT ON entitlement.entitlement_audits TO "clerk";',
    ]);
    await query(at('airport'), (steps.rights?.type ?? []).join(' '));
    expect((await diagnose(at('airport', 'clerk'))).lines.rights).toBe('✓ “clerk” has what CapOps needs');
  });

  test('finds migrations of the platform that came to no end, in every schema that keeps book', async () => {
    const { drop, name } = await copyOf('airport');
    onTestFinished(drop);
    await query(
      at(name),
      `CREATE TABLE work._prisma_migrations (LIKE public._prisma_migrations INCLUDING ALL);
       INSERT INTO public._prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at) VALUES
         ('1', '', '20260101_fine', now(), NULL), ('2', '', '20260102_rolled_back', NULL, now());
       INSERT INTO work._prisma_migrations (id, checksum, migration_name, logs) VALUES
         ('3', '', '20260103_gates', E'A migration failed to apply.\\n\\nDatabase error code: 42501\\n\\nDatabase error:\\nERROR: permission denied for table stands');
       -- What a restore has put aside is over.
       CREATE SCHEMA public_before_20261122t140000z;
       CREATE TABLE public_before_20261122t140000z._prisma_migrations (LIKE public._prisma_migrations INCLUDING ALL);
       INSERT INTO public_before_20261122t140000z._prisma_migrations (id, checksum, migration_name, logs) VALUES ('4', '', '20260104_aside', 'failed')`,
    );
    const { cause, lines, steps } = await diagnose(at(name), { checkout: '/srv/planner' });
    expect(cause).toBe('The platform’s migration 20260103_gates is unfinished: tables and rights may be missing.');
    expect(lines.migrations).toBe('✗ Unfinished: 20260103_gates (ERROR: permission denied for table stands)');
    expect(steps.migrations?.type?.at(-1)).toBe('cd /srv/planner && pnpm prisma:migrate:deploy');
  });

  test('gives up a question that waits, and asks the others', async () => {
    const { drop, name } = await copyOf('airport');
    onTestFinished(drop);
    const { client, end } = await openSession(at(name), 'migration');
    onTestFinished(end);
    await client.query('BEGIN; LOCK TABLE public._prisma_migrations');
    const { lines } = await diagnose(at(name));
    expect(lines).toMatchObject({
      migrations: '! Asked, and not answered in time',
      disk: expect.stringMatching(/^. [\d.]+ MB database/),
      rights: '✓ “postgres” has what CapOps needs',
    });
  });

  test('finds a user for whom all is read-only, and says what undoes that', async () => {
    await query(server.url, 'ALTER ROLE clerk IN DATABASE airport SET default_transaction_read_only = on');
    const { lines, steps } = await diagnose(at('airport', 'clerk'));
    expect(lines.writing).toBe('✗ Read-only, by default_transaction_read_only');
    await query(server.url, (steps.writing?.type ?? []).join(' '));
    expect((await diagnose(at('airport', 'clerk'))).lines.writing).toMatch(/^✓ Allowed/);
  });

  test('finds CapOps’ own migrations that have not run', async () => {
    const { cause, steps } = await clinic({ ledgerUrl: at('runway_capops') }).diagnose();
    expect(cause).toBe('CapOps’ own migrations have not run: the ledger’s database itself.');
    expect(steps['own migrations']?.type).toEqual(['pnpm db:migrate']);
    expect(steps.ledger?.says).toMatch(/^Database: There is none called “runway_capops”/);
  });

  test('names the session at the root of a chain of locks, and offers to end it', async () => {
    await expect.poll(async () => (await diagnose(at('runway'))).lines.locks, SOON).toMatch(/^✗/);
    const { cause, report, steps } = await diagnose(at('runway'));
    expect(cause).toMatch(
      new RegExp(
        `^Session ${chain.root} of postgres \\(nightly job\\), idle in transaction for \\d+ s, blocks 2 others, for up to \\d+ s\\.$`,
      ),
    );
    expect(report.offers).toEqual([
      {
        label: `End session ${chain.root}`,
        operation: 'end-session',
        input: { session: String(chain.root), started: expect.stringMatching(/^\d{4}-.*\+00$/) },
        style: 'danger',
      },
      { label: 'Look again', operation: 'diagnose', input: {} },
    ]);
    const rows = steps.locks?.details?.[0]?.rows.map(([pid, , , , , waitsFor, statement]) => [
      pid,
      waitsFor,
      statement,
    ]);
    expect(rows).toEqual([
      [`${chain.root}`, '', 'BEGIN; LOCK TABLE public.users; SELECT ?'],
      [`${chain.middle}`, `${chain.root} (users)`, 'UPDATE public.users SET name = ?'],
      [`${chain.last}`, `${chain.middle} (organizations)`, 'SELECT * FROM public.organizations'],
    ]);
    expect(steps.connections?.says).toMatch(/; \d idle in a transaction, the longest for [1-9]\d* s$/);
    expect(JSON.stringify(report)).not.toContain('a secret of');
  });

  itNeeds('openssl', 'looks at the certificate, as far as the address asks for that', async () => {
    const authority = openAuthority();
    onTestFinished(authority.close);
    const root = join(home, 'authority.pem');
    writeFileSync(root, authority.cert);
    await speakTls(authority.issue('localhost', { from: -1, until: 5 }));
    onTestFinished(() => query(server.url, 'ALTER SYSTEM RESET ssl').then(() => reload()));
    const tls = async (host: string, asking: string) =>
      (await diagnose(`${at('airport').replace('127.0.0.1', host)}?${asking}`)).lines.tls;
    const checked = `sslmode=verify-full&sslrootcert=${root}`;
    await expect
      .poll(() => tls('127.0.0.1', 'sslmode=require'), SOON)
      .toBe('! Spoken; its certificate ends in 4 days (and is not checked)');
    expect(await tls('localhost', checked)).toBe('! Spoken; its certificate ends in 4 days');
    expect(await tls('127.0.0.1', checked)).toBe('✗ Its TLS certificate is for another host');
    expect(await tls('localhost', 'sslmode=verify-full')).toBe('✗ Its TLS certificate is not trusted here');
    await speakTls(authority.issue('localhost', { from: -9, until: -2 }));
    await expect.poll(() => tls('localhost', checked), SOON).toBe('✗ Its TLS certificate has expired');
  });

  test('says that connections are exhausted; a superuser still sees who holds them', async () => {
    const sessions = await takeAll(at('airport', 'clerk'));
    onTestFinished(() => sessions.forEach(({ end }) => void end()));
    const asClerk = await diagnose(at('airport', 'clerk'));
    expect(asClerk.cause).toBe('All connections of the database are taken.');
    expect(asClerk.lines.connections).toBe('✗ All are taken but those kept for superusers');
    const asSuperuser = await diagnose(at('airport'));
    expect(asSuperuser.cause).toBe(
      `All connections of the database are taken, most of them (${sessions.length}) by clerk (gateway), idle.`,
    );
    expect(asSuperuser.steps.connections?.details?.[0]?.rows[0]?.slice(0, 4)).toEqual([
      'clerk',
      'gateway',
      'idle',
      String(sessions.length),
    ]);
    expect(asSuperuser.lines.ledger).toBe('✓ Answers');
  });

  test('answers within 5 s where the server takes connections and says nothing', async () => {
    const { diagnose: look } = clinic();
    const pid = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(pid, 'SIGCONT'));
    const { cause, lines, ms } = await look();
    expect(ms).toBeLessThan(5_000);
    expect(cause).toBe('PostgreSQL takes connections and says nothing: it hangs, or something in between does.');
    expect(lines).toMatchObject({ port: expect.stringMatching(/^✓/), login: '✗ No answer within 3.5 s' });
    expect(lines.ledger).toBe('– Behind the same address as the platform’s database, which does not answer');
  });

  itNeeds('docker', 'reads the last words of services that have ended, without secrets', async () => {
    const engine = await startEngine();
    onTestFinished(engine.stop);
    const compose = { project: 'planner', services: ['postgres', 'api-gateway'] };
    const unhappy = `echo "Error: Cannot find module '.prisma/client' PASSWORD=swordfish"; echo 'DETAIL:  Key (email)=(a@b.c)'; exit 3`;
    const id = engine.start({ service: 'api-gateway', script: unhappy });
    expect(engine.docker('wait', id).trim()).toBe('3');
    const settings = { compose, docker: { socketPath: engine.socketPath } };
    const { cause, lines, report } = await diagnose(at('airport'), settings);
    expect(cause).toMatch(/^The service api-gateway does not run: it ended with code 3, \d+ s ago\.$/);
    expect(lines.services).toMatch(/^✗ postgres has no container; api-gateway does not run/);
    expect(lines.logs).toBe('✗ Errors of api-gateway');
    expect(report.offers?.[0]).toMatchObject({ operation: 'restart', input: { service: 'api-gateway' } });
    expect(JSON.stringify(report.thread)).toContain('Cannot find module');
    expect(JSON.stringify(report)).not.toMatch(/swordfish|a@b\.c/);
  });

  test('says that Docker does not answer, and finds the rest', async () => {
    const compose = { project: 'planner', services: ['postgres'] };
    const settings = { compose, docker: { socketPath: join(home, 'no-docker.sock') } };
    const { isBroken, lines } = await diagnose(at('airport'), settings);
    expect(isBroken).toBe(false);
    expect(lines).toMatchObject({ services: '! Docker does not answer.', select: expect.stringMatching(/^✓/) });
  });

  test('in the terminal ends with 1 while both databases are gone, and prints each step as data', async () => {
    const env = { DATABASE_URL: 'postgresql://somebody:swordfish@127.0.0.1:1/airport' };
    const { code, stdout, stderr } = await runCli(['diagnose', '--format', 'json'], { env });
    expect(code).toBe(1);
    const { isBroken, step, steps } = JSON.parse(stdout);
    expect({ isBroken, step }).toEqual({ isBroken: true, step: 'port' });
    expect(steps.map(({ number, state }: { number: number; state: string }) => [number, state]).slice(0, 3)).toEqual([
      [1, 'ok'],
      [2, 'wrong'],
      [3, 'skipped'],
    ]);
    expect(stdout + stderr).not.toMatch(/swordfish|127\.0\.0\.1/);
  });
});

async function speakTls({ key, cert }: Certificate): Promise<void> {
  for (const [name, content] of Object.entries({ 'server.key': key, 'server.crt': cert })) {
    const file = join(server.dataDir, name);
    writeFileSync(file, content, { mode: 0o600 });
    give(file, serverOwner());
  }
  await query(server.url, 'ALTER SYSTEM SET ssl = on');
  await reload();
}

async function reload(): Promise<void> {
  await query(server.url, 'SELECT pg_reload_conf()');
}

/** Opens sessions until there is none left; those that others give back meanwhile, too. */
async function takeAll(url: string): Promise<Awaited<ReturnType<typeof openSession>>[]> {
  const sessions: Awaited<ReturnType<typeof openSession>>[] = [];
  for (let refusals = 0; refusals < 3; ) {
    const session = await openSession(url, 'gateway').catch(() => undefined);
    if (session) sessions.push(session);
    else await sleep(50);
    refusals = session ? 0 : refusals + 1;
  }
  return sessions;
}

async function copyOf(database: string): Promise<{ name: string; drop(): Promise<void> }> {
  const name = `${database}_copy`;
  await query(server.url, `CREATE DATABASE ${name} TEMPLATE ${database}`);
  return { name, drop: async () => void (await query(server.url, `DROP DATABASE ${name} WITH (FORCE)`)) };
}
