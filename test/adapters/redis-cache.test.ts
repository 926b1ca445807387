import { spawnSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { openRedisCache } from '../../src/adapters/redis-cache.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { redisUrl } from '../setup/redis.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

/** The gateway's own client: it puts the prefix before every key. */
function gateway(): Redis {
  const redis = new Redis(redisUrl(), { keyPrefix: 'entitlement:' });
  endings.push(() => redis.quit());
  return redis;
}

async function failing(work: Promise<unknown>): Promise<{ message: string; seconds: number }> {
  const start = performance.now();
  const message = await work.then(
    () => 'it worked',
    (error: Error) => error.message,
  );
  return { message, seconds: (performance.now() - start) / 1000 };
}

const access = [{ organisationId: 'lhr', moduleKeys: ['work', 'assets'] }];

describe('the gateway', () => {
  itNeeds('redis', 'forgets what was asked, and nothing else', async () => {
    const redis = gateway();
    const gone = ['lhr:work', 'lhr:assets', 'lhr:all', 'single:lhr:work', 'single:lhr:assets', 'all:entitlements'];
    const kept = ['lhr:planning', 'single:lhr:planning', 'cdg:work', 'cdg:all'];
    for (const key of [...gone, ...kept]) await redis.set(key, 'false');
    const cache = openRedisCache(redisUrl(), silent);
    await cache.forget(access);
    await cache.forget(access);
    expect(await redis.exists(...gone)).toBe(0);
    expect(await redis.exists(...kept)).toBe(kept.length);
  });

  itNeeds('redis', 'forgets 17,576 organisations', async () => {
    const redis = gateway();
    const ids = Array.from({ length: 17_576 }, (_, number) => `org-${number}`);
    await redis.mset(...ids.flatMap((id) => [`${id}:all`, 'x']));
    await openRedisCache(redisUrl(), silent).forget(
      ids.map((organisationId) => ({ organisationId, moduleKeys: ['work', 'assets', 'capacity'] })),
    );
    expect(await redis.exists(...ids.map((id) => `${id}:all`))).toBe(0);
  });

  itNeeds('redis', 'forgets everything of anybody’s access, and nothing of others', async () => {
    const redis = gateway();
    const ids = Array.from({ length: 2500 }, (_, number) => `all-${number}:work`);
    await redis.mset(...ids.flatMap((id) => [id, 'true']));
    const others = new Redis(redisUrl());
    endings.push(() => others.quit());
    await others.set('session:ada', 'x');
    await openRedisCache(redisUrl(), silent).forgetAll();
    expect(await redis.exists(...ids)).toBe(0);
    expect(await others.get('session:ada')).toBe('x');
  });

  test('is not asked when nothing changed', async () => {
    await expect(openRedisCache('redis://127.0.0.1:1', silent).forget([])).resolves.toBeUndefined();
  });
});

describe('a Redis that', () => {
  itNeeds('redis', 'is down is noticed within 1 s, and used again when it is back', async () => {
    const proxy = await tcpProxy(Number(new URL(redisUrl()).port));
    endings.push(proxy.close);
    const cache = openRedisCache(proxy.through(redisUrl()), silent);
    await proxy.refuse();
    const { message, seconds } = await failing(cache.forget(access));
    expect(message).toMatch(/^Redis: .*ECONNREFUSED/);
    expect(seconds).toBeLessThan(1);
    await proxy.pass();
    await cache.forget(access);
  });

  itNeeds('redis', 'accepts connections and never answers is noticed within 1 s', async () => {
    const proxy = await tcpProxy(Number(new URL(redisUrl()).port));
    endings.push(proxy.close);
    proxy.hang();
    const { message, seconds } = await failing(openRedisCache(proxy.through(redisUrl()), silent).forget(access));
    expect(message).toMatch(/^Redis: Socket timeout/);
    expect(seconds).toBeLessThan(1);
  });

  itNeeds('redis', 'refuses the password is said without the password', async () => {
    const url = Object.assign(new URL(redisUrl()), { username: 'capops', password: 's3cret' }).href;
    const error = await openRedisCache(url, silent)
      .forget(access)
      .catch((reason: unknown) => reason);
    const { inspect } = await import('node:util');
    expect(inspect(error)).toMatch(/WRONGPASS|AUTH/);
    expect(inspect(error)).not.toContain('s3cret');
  });
});

itNeeds('redis', 'the process ends by itself, whether Redis answers or not, and prints nothing', () => {
  const script = `
    import { openRedisCache } from './src/adapters/redis-cache.ts';
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    for (const url of process.argv.slice(1)) {
      await openRedisCache(url, silent).forget([{ organisationId: 'lhr', moduleKeys: ['work'] }]).catch(() => undefined);
    }`;
  const args = ['--input-type=module-typescript', '-e', script, redisUrl(), 'redis://127.0.0.1:1'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
    timeout: 5000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
