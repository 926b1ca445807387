import type { TLSSocket } from 'node:tls';
import type { Redis } from 'ioredis';
import type { Log, Look, RedisSight } from '../ports.ts';
import { certificateEnds } from './probe-http.ts';
import { connectRedis, createRedis } from './redis-connection.ts';

/** Longer than any look: the look's own signal ends it. */
const SILENCE_MS = 60_000;

/** Logs in on a connection of its own and says PING. Rejects with what was wrong. */
export async function lookAtRedis(
  { url, log }: { url: string; log: Log },
  { signal, isVerbose }: Look,
): Promise<RedisSight> {
  const redis = await createRedis(url, { log, silenceMs: SILENCE_MS });
  const breakOff = () => redis.disconnect();
  signal.addEventListener('abort', breakOff, { once: true });
  try {
    await connectRedis(redis);
    await redis.ping();
    const ends = certificateEnds((redis as unknown as { stream: TLSSocket }).stream);
    const facts = isVerbose ? await askInfo(redis) : undefined;
    return { ...(ends ? { certificateEnds: ends } : {}), ...(facts ? { facts } : {}) };
  } finally {
    signal.removeEventListener('abort', breakOff);
    breakOff();
  }
}

/** `used_memory_human:1.2M`, a line each; undefined where our user may not ask. */
async function askInfo(redis: Redis): Promise<RedisSight['facts']> {
  const text = await redis.info().catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
