import { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { itNeeds } from './it-needs.ts';
import { whyMissing } from './machine.ts';
import { redisUrl } from './redis.ts';

afterEach(() => vi.unstubAllEnvs());

test('a missing program is named with the line that installs it', () => {
  vi.stubEnv('PATH', '/nowhere');
  expect(whyMissing('redis')).toBe('needs redis-server: sudo apt-get install -y --no-install-recommends redis-server');
});

itNeeds('redis', 'a test file has a Redis of its own to talk to', async () => {
  const redis = new Redis(redisUrl());
  await redis.set('key', 'value');
  expect(await redis.get('key')).toBe('value');
  await redis.flushdb();
  await redis.quit();
});
