import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { connectionFailure, databaseDown } from '../../src/domain/connection-failure.ts';
import { createPlatformDatabase, onServer, type PlatformDatabase } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';

let database: PlatformDatabase;

beforeAll(async () => {
  database = await createPlatformDatabase({ shape: 'platform', ledger: 'empty' });
});

afterAll(() => database.drop());

function open(platformUrl = database.platformUrl) {
  const { databases, close } = openDatabases({ databaseUrl: platformUrl, ledgerDatabaseUrl: database.ledgerUrl });
  onTestFinished(close);
  return databases;
}

async function openThroughProxy(): Promise<{ platform: ReturnType<typeof open>['platform']; proxy: TcpProxy }> {
  const proxy = await tcpProxy(Number(new URL(database.platformUrl).port));
  onTestFinished(proxy.close);
  return { platform: open(proxy.through(database.platformUrl)).platform, proxy };
}

async function failing(query: PromiseLike<unknown>): Promise<{ error: unknown; seconds: number }> {
  const start = performance.now();
  const error = await Promise.resolve(query).then(
    () => new Error('The query succeeded'),
    (reason: unknown) => reason,
  );
  return { error, seconds: (performance.now() - start) / 1000 };
}

describe('times', () => {
  const instant = new Date('2026-03-29T01:30:00.123Z');

  test('are read as UTC from columns without a zone', async () => {
    const { rows } = await open().platform.raw(
      "SELECT timestamp '2026-03-29 01:30:00.123' AS at, now()::timestamp AS now",
    );
    expect(rows[0].at).toEqual(instant);
    expect(Math.abs(rows[0].now - Date.now())).toBeLessThan(5000);
  });

  test('go as UTC into columns with and without a zone, in lists and in transactions', async () => {
    const { platform } = open();
    const ask = 'SELECT (?::timestamp)::text AS plain, (?::timestamptz)::text AS zoned, (?::timestamp[])::text AS list';
    const { rows } = await platform.transaction((trx) => trx.raw(ask, [instant, instant, [instant]]));
    const text = '2026-03-29 01:30:00.123';
    expect(rows).toEqual([{ plain: text, zoned: `${text}+00`, list: `{"${text}"}` }]);
  });

  test('without an end or a value stay what they are', async () => {
    const sql =
      "SELECT timestamp 'infinity' AS at, NULL::timestamp AS none, array[timestamp '2026-03-29 01:30:00.123', NULL] AS list";
    const { rows } = await open().platform.raw(sql);
    expect(rows).toEqual([{ at: Number.POSITIVE_INFINITY, none: null, list: [instant, null] }]);
  });

  test('are left alone on connections of others', async () => {
    open();
    const { types } = await import('pg');
    expect(types.getTypeParser(1114)('2026-01-01 00:00:00')).toEqual(new Date(2026, 0, 1));
  });
});

test('a session is named, speaks UTC and ends what takes too long', async () => {
  const names = ['application_name', 'TimeZone', 'statement_timeout', 'lock_timeout'];
  const ask = `SELECT ${names.map((name) => `current_setting('${name}') AS "${name}"`).join(', ')}`;
  const { rows } = await open().platform.raw(ask);
  expect(rows).toEqual([{ application_name: 'capops', TimeZone: 'UTC', statement_timeout: '30s', lock_timeout: '5s' }]);
});

describe('a database that', () => {
  test('refuses connections is noticed at once, and used again when it is back', async () => {
    const { platform, proxy } = await openThroughProxy();
    await proxy.refuse();
    const { error, seconds } = await failing(platform.raw('SELECT 1'));
    expect(connectionFailure(error)?.kind).toBe('down');
    expect(seconds).toBeLessThan(1);
    await proxy.pass();
    expect((await platform.raw('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('accepts connections and never answers is noticed within 2.5 s, by everybody who asks', async () => {
    const { platform, proxy } = await openThroughProxy();
    proxy.hang();
    const failures = await Promise.all([1, 2, 3].map(() => failing(platform.raw('SELECT 1'))));
    expect(failures.map(({ error }) => databaseDown(error))).toEqual([true, true, true]);
    for (const { seconds } of failures) expect(seconds).toBeLessThan(2.5);
    await proxy.pass();
    expect((await platform.raw('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('goes silent while a connection is idle is noticed within 2.5 s', async () => {
    const { platform, proxy } = await openThroughProxy();
    await platform.raw('SELECT 1');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    proxy.hang();
    const { error, seconds } = await failing(platform.raw('SELECT 1'));
    expect(databaseDown(error)).toBe(true);
    expect(seconds).toBeLessThan(2.5);
  });

  test('goes silent in the middle of a statement is noticed within 2.5 s', async () => {
    const { platform, proxy } = await openThroughProxy();
    await platform.raw('SELECT 1');
    setTimeout(() => proxy.hang(), 100);
    const { error, seconds } = await failing(platform.raw('SELECT pg_sleep(20)'));
    expect(databaseDown(error)).toBe(true);
    expect(seconds).toBeLessThan(2.5);
  });

  test('takes long over a statement, but is there, is waited for', async () => {
    const { platform } = await openThroughProxy();
    expect((await platform.raw('SELECT pg_sleep(3), 1 AS one')).rows).toMatchObject([{ one: 1 }]);
  });

  test('breaks off between two queries costs no query', async () => {
    const { platform, proxy } = await openThroughProxy();
    await platform.raw('SELECT 1');
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await platform.raw('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('breaks off within a query costs that one', async () => {
    const { platform, proxy } = await openThroughProxy();
    await platform.raw('SELECT 1');
    setTimeout(() => proxy.cut(), 100);
    expect(databaseDown((await failing(platform.raw('SELECT pg_sleep(5)'))).error)).toBe(true);
    expect((await platform.raw('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('ends its sessions is down for their queries', async () => {
    const { platform } = open();
    let isOver = false;
    const sleeping = failing(platform.raw('SELECT pg_sleep(5)')).finally(() => {
      isOver = true;
    });
    // On a busy machine it may not have begun yet.
    while (!isOver) {
      await onServer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(5)'");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(connectionFailure((await sleeping).error)?.kind).toBe('down');
  });

  test('does not exist is a wrong setting', async () => {
    const { error } = await failing(open(`${database.platformUrl}_gone`).platform.raw('SELECT 1'));
    expect(connectionFailure(error)).toEqual({
      kind: 'settings',
      reason: 'Its server knows no database of that name.',
    });
  });

  test('refuses the password is a wrong setting, and the password is nowhere', async () => {
    const url = new URL(database.platformUrl);
    url.password = 'wrong-s3cret';
    const { platform } = open(url.href);
    const { error } = await failing(platform.raw('SELECT 1'));
    expect(connectionFailure(error)?.kind).toBe('settings');
    const { inspect } = await import('node:util');
    expect(inspect([error, platform, platform.client], { depth: 9, getters: true })).not.toContain('wrong-s3cret');
  });

  test('does not speak TLS where it is asked for is a wrong setting', async () => {
    const { error } = await failing(open(`${database.platformUrl}?sslmode=require`).platform.raw('SELECT 1'));
    expect(connectionFailure(error)).toEqual({ kind: 'settings', reason: 'It does not speak TLS.' });
  });

  test('has an error in a query is not down, and the error holds no value', async () => {
    const { error } = await failing(open().platform.raw('SELECT nonsense, ?::text', ['hush']));
    expect(databaseDown(error)).toBe(false);
    expect(String(error)).toContain('nonsense');
    expect(String(error)).not.toContain('hush');
  });
});

test('unused connections are given back', async () => {
  const { platform } = open();
  await Promise.all([1, 2, 3].map(() => platform.raw('SELECT pg_sleep(0.1)')));
  const pool = platform.client.pool;
  expect(pool.numFree()).toBe(3);
  expect({ min: pool.min, idleTimeoutMillis: pool.idleTimeoutMillis }).toEqual({ min: 0, idleTimeoutMillis: 10_000 });
});

test('closing does not wait for a server that went silent', async () => {
  const { platform, proxy } = await openThroughProxy();
  await platform.raw('SELECT 1');
  proxy.hang();
  const start = performance.now();
  await platform.destroy();
  expect(performance.now() - start).toBeLessThan(1500);
});
