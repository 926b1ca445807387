import { inject } from 'vitest';
import { whyMissing } from './machine.ts';

/**
 * The address of a Redis database that no other test file uses at the same time. It is not emptied in between.
 * Throws where Redis is missing: such a test is an `itNeeds('redis', ...)`.
 */
export function redisUrl(): string {
  const port = inject('redisPort');
  if (port === undefined) throw new Error(`This test ${whyMissing('redis') ?? 'needs redis-server'}`);
  return `redis://127.0.0.1:${port}/${Number(process.env.VITEST_POOL_ID ?? 0) % 64}`;
}
