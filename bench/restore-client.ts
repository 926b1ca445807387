import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const EVERY_MS = 20;
/** Whoever asks gives up then, and asks anew. */
const PATIENCE_MS = 5000;

export interface Watching {
  /** Ends it. Milliseconds of the longest time in which no answer came, beyond the 20 between two. */
  longestMs(): Promise<number>;
}

/** Somebody who asks for one row once every 20 ms, and connects anew whenever that is needed. */
export async function watch(databaseUrl: string, question: string): Promise<Watching> {
  const over = new AbortController();
  let client: Client | undefined;
  let longest = 0;
  let last = performance.now();
  const connected = async () => {
    const made = new Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
    });
    made.on('error', () => undefined);
    await made.connect();
    return made;
  };
  const ask = async () => {
    try {
      client ??= await connected();
      const { rows } = await client.query(question);
      if (rows.length === 0) return;
      const now = performance.now();
      longest = Math.max(longest, now - last - EVERY_MS);
      last = now;
    } catch {
      client?.end().catch(() => undefined);
      client = undefined;
    }
  };
  await ask();
  last = performance.now();
  longest = 0;
  const asking = (async () => {
    while (!over.signal.aborted) await Promise.all([ask(), sleep(EVERY_MS)]);
  })();
  return {
    longestMs: async () => {
      over.abort();
      await asking;
      await client?.end().catch(() => undefined);
      return Math.max(longest, performance.now() - last - EVERY_MS);
    },
  };
}
