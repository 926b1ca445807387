import type { Redis } from 'ioredis';
import type { AccessCache, Log } from '../ports.ts';
import { connectRedis, createRedis } from './redis-connection.ts';

const PREFIX = 'entitlement:';
const KEYS_AT_ONCE = 1000;
const SILENCE_MS = 900;

/**
 * The gateway's cache in Redis. Each call has a connection of its own: changes are rare, and nothing idle has to be
 * watched, kept alive or closed. Rejects within 1 s when Redis is down; the error holds no address and no password.
 */
export function openRedisCache(url: string, log: Log): AccessCache {
  const open = new Set<Redis>();
  const onRedis = async (work: (redis: Redis) => Promise<void>) => {
    const redis = await createRedis(url, { log, silenceMs: SILENCE_MS });
    open.add(redis);
    try {
      await connectRedis(redis);
      await work(redis);
    } catch (error) {
      // ioredis hangs the command's arguments on its errors, AUTH's password among them.
      throw new Error(`Redis: ${(error as Error).message}`);
    } finally {
      redis.disconnect();
      open.delete(redis);
    }
  };
  return {
    forget: async (access) => {
      const keys = keysOf(access);
      if (keys.length === 0) return;
      await onRedis(async (redis) => {
        for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
          await redis.unlink(keys.slice(start, start + KEYS_AT_ONCE));
        }
      });
    },
    forgetAll: () =>
      onRedis(async (redis) => {
        for await (const keys of redis.scanStream({ match: `${PREFIX}*`, count: KEYS_AT_ONCE })) {
          if (keys.length > 0) await redis.unlink(keys);
        }
      }),
    close: async () => {
      for (const redis of open) redis.disconnect();
    },
  };
}

/** Every key under which the gateway may remember these answers. */
function keysOf(access: Parameters<AccessCache['forget']>[0]): string[] {
  if (access.length === 0) return [];
  const own = access.flatMap(({ organisationId, moduleKeys }) => [
    `${PREFIX}${organisationId}:all`,
    ...moduleKeys.flatMap((key) => [`${PREFIX}${organisationId}:${key}`, `${PREFIX}single:${organisationId}:${key}`]),
  ]);
  return [...own, `${PREFIX}all:entitlements`];
}
