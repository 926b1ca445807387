import type { Redis } from 'ioredis';
import type { Log } from '../ports.ts';

const FAREWELL_MS = 50;

/** A client that is not connected yet, connects once and never again, and gives up when Redis says nothing for `silenceMs`. */
export async function createRedis(url: string, { log, silenceMs }: { log: Log; silenceMs: number }): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    disconnectTimeout: FAREWELL_MS,
    disableClientInfo: true,
    connectionName: 'capops',
    protocol: 2,
  });
  // The caller hears of the failure by the rejection; without a listener ioredis prints it.
  redis.on('error', ({ message }: Error) => log.debug({ message }, 'redis'));
  return redis;
}

/** Connects, or rejects with what was wrong: ioredis itself only says that the connection is closed. */
export async function connectRedis(redis: Redis): Promise<void> {
  let cause: Error | undefined;
  redis.once('error', (error: Error) => {
    cause = error;
  });
  try {
    await redis.connect();
  } catch (error) {
    throw cause ?? error;
  }
}
