import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A client that counts in the table `public.counter`, and comes back whenever it is thrown out. */
export interface Writer {
  /** What the database said it has, in order. */
  acknowledged(): readonly number[];
  stop(): Promise<void>;
}

export function openWriter(url: string): Writer {
  const acknowledged: number[] = [];
  let next = 0;
  let isOver = false;
  const write = async () => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      while (!isOver) {
        next += 1;
        const n = next;
        await client.query('INSERT INTO public.counter VALUES ($1)', [n]);
        acknowledged.push(n);
        await sleep(2);
      }
    } catch {
      // Whether that one is there nobody said.
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const work = (async () => {
    while (!isOver) await write();
  })();
  return {
    acknowledged: () => acknowledged,
    stop: async () => {
      isOver = true;
      await work;
    },
  };
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
