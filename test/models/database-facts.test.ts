import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { type DatabaseFacts, type Read, readOr } from '../../src/domain/database-facts.ts';
import { readDatabaseFacts } from '../../src/models/database-facts.ts';
import { startPostgres } from '../../workbench/postgres.ts';
import { type Desk, openDesk } from '../ops/desk.ts';
import { onServer } from '../setup/database.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await onServer(`ALTER DATABASE ${databaseName()} SET pg_stat_statements.track = 'top'`);
});
afterAll(() => desk.close());

const databaseName = () => new URL(desk.platformUrl).pathname.slice(1);

const facts = (longerThanSeconds?: number) =>
  readDatabaseFacts(desk.databases.platform, longerThanSeconds === undefined ? {} : { longerThanSeconds });
const read = <T>(section: Read<T>): T => {
  const found = readOr(section, undefined);
  if (found === undefined) throw new Error((section as { unread: string }).unread);
  return found;
};

/** A connection of somebody else, gone when the test ends. */
async function somebody(url = desk.platformUrl, name = 'nightly export'): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe('long transactions', () => {
  test('are told with who, since when, doing what, but not with what stood in the statement', async () => {
    const client = await somebody();
    await client.query("BEGIN; SELECT 'secret of O''Hare', 4711 /* for Mia */");
    await sleep(60);
    const { transactions, byState } = read((await facts(0.05)).activity);
    expect(transactions).toMatchObject([
      { user: 'postgres', program: 'nightly export', state: 'idle in transaction', statement: 'BEGIN; SELECT ?, ?' },
    ]);
    expect(transactions[0]?.ageSeconds).toBeGreaterThan(0.05);
    expect(transactions[0]?.idleSeconds).toBeGreaterThan(0.05);
    expect(byState['idle in transaction']).toBeGreaterThanOrEqual(1);
  });

  test('shorter ones, those of other databases and our own are left out', async () => {
    const other = await openDesk();
    onTestFinished(() => other.close());
    const elsewhere = await somebody(other.platformUrl);
    const here = await somebody();
    await elsewhere.query('BEGIN; SELECT 1');
    await here.query('BEGIN; SELECT 1');
    expect(read((await facts()).activity).transactions).toEqual([]);
    expect(read((await facts(0)).activity).transactions).toHaveLength(1);
  });

  test('the statement that ends one ends that one', async () => {
    const [one, other] = [await somebody(), await somebody()];
    await one.query('BEGIN; SELECT 1');
    await sleep(5);
    await other.query('BEGIN; SELECT 2');
    const [first] = read((await facts(0)).activity).transactions;
    expect(await desk.platform(first?.ending ?? '')).toEqual([{ pg_terminate_backend: true }]);
    await expect(one.query('SELECT 1')).rejects.toThrow();
    expect((await other.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(await desk.platform(first?.ending ?? '')).toEqual([]);
  });
});

describe('pg_stat_statements', () => {
  const statements = async () => (await facts()).statements;

  test('where it is not there, how to have it is said; a view of that name that is somebody’s own is not read', async () => {
    await desk.platform("CREATE VIEW public.pg_stat_statements AS SELECT 'mine' AS query, 1 AS calls");
    expect(await statements()).toEqual({
      unread: expect.stringMatching(/pg_stat_statements is not there\..*CREATE EXTENSION pg_stat_statements;$/),
    });
    await desk.platform('DROP VIEW public.pg_stat_statements');
  });

  test('is read in whatever schema it stands: what took most time, what came most often, without values', async () => {
    await desk.platform('CREATE SCHEMA "Monitor ""1"""');
    await desk.platform('CREATE EXTENSION pg_stat_statements SCHEMA "Monitor ""1"""');
    onTestFinished(() => desk.platform('DROP EXTENSION pg_stat_statements').then(() => undefined));
    await desk.platform("SELECT pg_sleep(0.2), 'secret'");
    for (let time = 0; time < 40; time++) await desk.platform(`SELECT ${time} + 1 AS often`);
    await desk.platform("DO $$ BEGIN PERFORM 'another secret'; END $$");
    const { slowest, mostFrequent, countingSince } = read(await statements());
    expect(slowest[0]).toMatchObject({ statement: 'SELECT pg_sleep($1), $2', calls: 1 });
    expect(slowest[0]?.totalMs).toBeGreaterThan(199);
    expect(slowest[0]?.share).toBeGreaterThan(0.2);
    expect(mostFrequent[0]).toMatchObject({ statement: 'SELECT $1 + $2 AS often', calls: 40 });
    expect(countingSince).toBeInstanceOf(Date);
    expect(JSON.stringify([slowest, mostFrequent])).not.toContain('secret');
  });
});

test('pg_stat_statements that a server has not loaded is told as such', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capops-database-'));
  chmodSync(folder, 0o755);
  const { url, stop } = await startPostgres({ dataDir: join(folder, 'data'), persistent: false });
  const { databases, close } = openDatabases({ databaseUrl: url, ledgerDatabaseUrl: url });
  onTestFinished(async () => {
    await close();
    await stop();
    rmSync(folder, { recursive: true });
  });
  await databases.platform.raw('CREATE EXTENSION pg_stat_statements');
  expect((await readDatabaseFacts(databases.platform)).statements).toEqual({
    unread: expect.stringMatching(/could not be read\. pg_stat_statements is there, but not loaded\. To have/),
  });
});

describe('reading', () => {
  test('changes nothing and waits for nobody: a table that is locked is told as it was at its last vacuum', async () => {
    await desk.platform('CREATE TABLE held (note text); CREATE INDEX held_note ON held (note)');
    await desk.platform("INSERT INTO held SELECT repeat('x', 500) || n FROM generate_series(1, 2000) n");
    await desk.platform('VACUUM (ANALYZE) held');
    const before = read((await facts()).tables).find(({ name }) => name === 'public.held');
    const client = await somebody();
    await client.query('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE; LOCK TABLE public.users');
    const all = await facts();
    const held = read(all.tables).find(({ name }) => name === 'public.held');
    expect(held).toMatchObject({ isHeld: true, indexBytes: before?.indexBytes });
    expect(before).toMatchObject({ isHeld: false });
    expect(held?.heapBytes).toBe(before?.heapBytes);
    expect(read(all.tables).find(({ name }) => name === 'public.users')?.isHeld).toBe(true);
    expect(read(all.indexes).some(({ name }) => name === 'public.held_note')).toBe(true);
  });

  test('every part is read in a transaction that can change nothing', async () => {
    const texts: string[] = [];
    const { platform } = desk.databases;
    const listen = ({ sql }: { sql: string }) => void texts.push(sql);
    platform.client.on('query', listen);
    await facts();
    platform.client.removeListener('query', listen);
    const begun = texts.filter((sql) => /^BEGIN/i.test(sql));
    expect(begun.length).toBeGreaterThan(6);
    expect(begun.every((sql) => /READ ONLY/i.test(sql))).toBe(true);
    expect(texts.filter((sql) => /statement_timeout = \d{4,5}; SET LOCAL lock_timeout = 1000$/.test(sql))).toHaveLength(
      begun.length,
    );
  });

  test('rejects when the database does not answer', async () => {
    const { databases, close } = openDatabases({
      databaseUrl: desk.platformUrl.replace(/:\d+\//, ':1/'),
      ledgerDatabaseUrl: desk.ledgerUrl,
    });
    onTestFinished(close);
    await expect(readDatabaseFacts(databases.platform)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('a slot that nobody reads is told with the log that it keeps', async () => {
    const name = `capops_${databaseName().slice(-8)}`;
    await desk.platform(`SELECT pg_create_physical_replication_slot('${name}', true)`);
    const slot = read((await facts()).slots).find((one) => one.name === name);
    expect(slot).toMatchObject({ isActive: false, state: 'reserved' });
    expect(slot?.heldBytes).toBeGreaterThan(0);
    await desk.platform(slot?.dropping ?? '');
    expect(read((await facts()).slots).some((one) => one.name === name)).toBe(false);
  });
});

describe('a user without rights', () => {
  const role = () => `reader_${databaseName().slice(-8)}`;
  let theirs: DatabaseFacts;
  beforeAll(async () => {
    await onServer(`CREATE ROLE ${role()} LOGIN PASSWORD 'reader'`);
    await desk.platform("REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE SEQUENCE hidden; SELECT nextval('hidden')");
    await desk.platform('CREATE EXTENSION pg_stat_statements SCHEMA entitlement');
    await desk.platform("SELECT 'of the owner' AS owned");
    const url = new URL(desk.platformUrl);
    url.username = role();
    url.password = 'reader';
    const { databases, close } = openDatabases({ databaseUrl: url.href, ledgerDatabaseUrl: desk.ledgerUrl });
    const client = new Client({ connectionString: desk.platformUrl });
    await client.connect();
    await client.query('BEGIN; SELECT 1');
    theirs = await readDatabaseFacts(databases.platform, { longerThanSeconds: 0 });
    await client.end();
    await close();
  });
  afterAll(async () => {
    await desk.platform(`DROP EXTENSION pg_stat_statements; DROP OWNED BY ${role()}; DROP ROLE ${role()}`);
  });

  test('has the sizes, the indexes and what wears out', () => {
    expect(read(theirs.overview).bytes).toBeGreaterThan(1_000_000);
    expect(read(theirs.tables).map(({ name }) => name)).toContain('public.organizations');
    expect(read(theirs.indexes).map(({ name }) => name)).toContain('public.organizations_code_key');
    expect(read(theirs.sequences)).toEqual({ known: [], hidden: 1 });
    expect(read(theirs.slots)).toEqual(expect.any(Array));
  });

  test('hears how many connections it may not see, and what to grant for it', () => {
    const { byState, transactions } = read(theirs.activity);
    expect(transactions).toEqual([]);
    expect(byState['not shown']).toBeGreaterThan(0);
    expect(read(theirs.overview).lacksRight).toBe(`GRANT pg_read_all_stats TO ${role()};`);
  });

  test('hears why there are no statements, and what to grant for it', () => {
    expect(theirs.statements).toEqual({
      unread: expect.stringMatching(/GRANT USAGE ON SCHEMA entitlement TO reader_\w+;$/),
    });
  });
});
