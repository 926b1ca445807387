import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addressOf, createPlatformDatabase, onServer, type PlatformDatabase } from '../setup/database.ts';
import { httpService, json, page } from '../setup/http-service.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { redisUrl } from '../setup/redis.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import { logged, look, probes } from './probing.ts';
import { query } from './shape.ts';

let database: PlatformDatabase;
beforeAll(async () => {
  database = await createPlatformDatabase({ shape: 'platform', ledger: 'empty' });
});
afterAll(() => database.drop());

const at = async (databaseUrl: string, limitMs?: number) => (await probes({ databaseUrl })).database(look(limitMs));

/** Connections that looks still have. */
async function lingering(): Promise<number> {
  const rows = await query(
    database.platformUrl,
    "SELECT FROM pg_stat_activity WHERE application_name = 'capops health'",
  );
  return rows.length;
}

/** A server that says this to whoever connects. */
async function server(greeting: string): Promise<number> {
  const listening: Server = createServer((socket) => void socket.on('error', () => undefined).end(greeting));
  await once(listening.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void listening.close());
  return (listening.address() as { port: number }).port;
}

describe('a look at a database', () => {
  test('says that it answers, and leaves no connection', async () => {
    expect(await at(database.platformUrl)).toEqual({ isAnswered: true, ms: expect.any(Number) });
    await expect.poll(lingering).toBe(0);
  });

  test('with everything tells its version, its connections and who copies from it', async () => {
    const { database: see } = await probes({ databaseUrl: database.platformUrl });
    expect(await see(look(5000, true))).toMatchObject({
      facts: {
        version: expect.stringMatching(/^\d+\.\d+/),
        connections: expect.any(Number),
        mostConnections: expect.any(Number),
        replicas: [],
      },
    });
  });

  test('works with the rights of a plain user', async () => {
    await onServer(`CREATE ROLE watcher_of_health LOGIN PASSWORD 'swordfish'`);
    onTestFinished(() => onServer('DROP ROLE watcher_of_health'));
    const url = Object.assign(new URL(database.platformUrl), { username: 'watcher_of_health', password: 'swordfish' });
    const { database: see } = await probes({ databaseUrl: url.href });
    expect(await see(look(5000, true))).toMatchObject({ isAnswered: true, facts: { replicas: [] } });
  });

  test('that is silent ends when its time is over, and leaves no connection', async () => {
    const proxy = await tcpProxy(Number(new URL(database.platformUrl).port));
    onTestFinished(proxy.close);
    proxy.hang();
    const begun = performance.now();
    expect(await at(proxy.through(database.platformUrl), 300)).toMatchObject({ isAnswered: false, because: 'silent' });
    expect(performance.now() - begun).toBeLessThan(1_000);
    await expect.poll(lingering).toBe(0);
  });

  test('tells why it cannot be used', async () => {
    const because = async (url: string) => {
      const seen = await at(url);
      return seen.isAnswered ? 'nothing' : seen.because;
    };
    expect(await because(addressOf('no_such_database'))).toBe('no such database');
    expect(await because('postgresql://nobody@127.0.0.1:1/x')).toBe('refused');
    expect(await because('postgresql://nobody@no-such-host.invalid/x')).toBe('unresolved');
    expect(await because(`postgresql://nobody@127.0.0.1:${await server('')}/x`)).toBe('broken off');
    expect(await because(`${database.platformUrl}?sslmode=require`)).toBe('no TLS');
    await onServer('CREATE ROLE barred_from_health NOLOGIN');
    onTestFinished(() => onServer('DROP ROLE barred_from_health'));
    const barred = Object.assign(new URL(database.platformUrl), { username: 'barred_from_health' });
    expect(await because(barred.href)).toBe('login refused');
  });
});

describe('a look at Redis', () => {
  const atRedis = async (url: string, limitMs?: number, isVerbose = false) =>
    (await probes({ redisUrl: url })).redis(look(limitMs, isVerbose));

  itNeeds('redis', 'says that it answers, and with everything what it tells of itself', async () => {
    expect(await atRedis(redisUrl())).toEqual({ isAnswered: true, ms: expect.any(Number) });
    expect(await atRedis(redisUrl(), 5000, true)).toMatchObject({
      facts: { redis_version: expect.stringMatching(/^\d/), role: 'master', connected_clients: expect.any(String) },
    });
  });

  itNeeds('redis', 'that is silent ends when its time is over', async () => {
    const proxy = await tcpProxy(Number(new URL(redisUrl()).port));
    onTestFinished(proxy.close);
    proxy.hang();
    const begun = performance.now();
    expect(await atRedis(proxy.through(redisUrl()), 300)).toMatchObject({ isAnswered: false, because: 'silent' });
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  itNeeds('redis', 'tells why it cannot be used, and nothing of the password', async () => {
    logged.splice(0);
    expect(await atRedis('redis://127.0.0.1:1')).toMatchObject({ because: 'refused' });
    const wrong = Object.assign(new URL(redisUrl()), { username: 'somebody', password: 'swordfish' });
    expect(await atRedis(wrong.href)).toMatchObject({ because: 'login refused' });
    expect(await atRedis(`redis://127.0.0.1:${await server('HTTP/1.1 400 Bad Request\r\n\r\n')}`)).toMatchObject({
      isAnswered: false,
    });
    expect(logged.join()).not.toContain('swordfish');
  });
});

describe('a look at Slack', () => {
  const botToken = 'xoxb-swordfish';
  const atSlack = async (answer: Parameters<typeof httpService>[0], limitMs?: number) => {
    const service = await httpService(answer);
    onTestFinished(service.close);
    const { slack } = await probes({ slack: { botToken, apiUrl: `${service.url}/api/` } as never });
    return { seen: await slack(look(limitMs)), asked: service.asked };
  };

  test('asks whether it takes the token', async () => {
    const { seen, asked } = await atSlack((request, response) => {
      const ok = request.headers.authorization === `Bearer ${botToken}`;
      response.end(JSON.stringify({ ok, team: 'Capacity' }));
    });
    expect(asked).toEqual(['POST /api/auth.test']);
    expect(seen).toMatchObject({ isAnswered: true, refusal: undefined, workspace: 'Capacity' });
  });

  test('tells what it says instead', async () => {
    const refusal = async (answer: Parameters<typeof httpService>[0]) => {
      const { seen } = await atSlack(answer);
      return seen?.isAnswered && seen.refusal;
    };
    expect(await refusal(json({ ok: false, error: 'invalid_auth' }))).toBe('invalid_auth');
    expect(await refusal(json({ ok: false }, 429))).toBe('status 429');
    expect(await refusal(page('<html>Please log in to this network'))).toBe('no JSON');
  });

  test('that is silent ends when its time is over', async () => {
    const { seen } = await atSlack(() => undefined, 300);
    expect(seen).toMatchObject({ isAnswered: false, because: 'silent' });
  });
});

describe('a look at the store off site', () => {
  startObjectStore();
  const atStore = async (offsite: Awaited<ReturnType<typeof makeBucket>>['settings'], limitMs?: number) =>
    (await probes({ backups: { folder: '/', offsite } })).offsite(look(limitMs));

  itNeeds('objectStore', 'says that it answers, or in a sentence what stands against it', async () => {
    const { settings } = await makeBucket();
    expect(await atStore(settings)).toEqual({ isAnswered: true, ms: expect.any(Number) });
    expect(await atStore({ ...settings, bucket: 'no-such-bucket' })).toMatchObject({
      sentence: 'The storage offsite has no such bucket. Check S3_BUCKET and S3_ENDPOINT.',
    });
    expect(await atStore({ ...settings, keys: { accessKeyId: 'nobody', secretAccessKey: 'swordfish' } })).toMatchObject(
      { sentence: expect.stringContaining('does not know our keys') },
    );
    const nobody = { ...settings, endpoint: 'http://127.0.0.1:1' };
    expect(await atStore(nobody)).toEqual({ isAnswered: false, ms: expect.any(Number), because: 'refused' });
  });

  itNeeds('objectStore', 'that is silent ends when its time is over', async () => {
    const { settings } = await makeBucket();
    const silent = await httpService(() => undefined);
    onTestFinished(silent.close);
    const begun = performance.now();
    expect(await atStore({ ...settings, endpoint: silent.url }, 300)).toMatchObject({ because: 'silent' });
    expect(performance.now() - begun).toBeLessThan(1_000);
    await expect.poll(silent.connections).toBe(0);
  });
});

describe('a look at the disk and at migrations', () => {
  test('sees what is free where the folder will be', async () => {
    const { disk } = await probes({ backups: { folder: '/no/such/folder', offsite: undefined } });
    const seen = await disk(look());
    if (!seen.isAnswered) throw new Error(seen.because);
    expect(seen.freeBytes).toBeGreaterThan(0);
    expect(seen.totalBytes).toBeGreaterThan(seen.freeBytes);
  });

  test('sees what has not run yet, and why that cannot be seen', async () => {
    const urls = { databaseUrl: database.platformUrl, ledgerDatabaseUrl: database.ledgerUrl };
    const seen = await (await probes(urls)).migrations(look());
    expect(seen).toMatchObject({ isAnswered: true, platform: [], ledger: expect.arrayContaining(['0012-backups.ts']) });
    const { migrations } = await probes({ ...urls, ledgerDatabaseUrl: 'postgresql://nobody@127.0.0.1:1/x' });
    expect(await migrations(look())).toMatchObject({ isAnswered: false, because: 'refused' });
  });
});
