import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Content of so many bytes in chunks of a size that fits nothing; always the same. */
export async function* bytesOf(length: number, chunkBytes = 65_521): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += chunkBytes) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, length - at), at % 251);
    chunk.writeUInt8((at / chunkBytes) % 256, 0);
    yield chunk;
  }
}

export async function sha256Of(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}

export async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await all(content)).toString();
}

export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** Content of one text. */
export async function* text(said: string): AsyncGenerator<Buffer> {
  if (said !== '') yield Buffer.from(said);
}

/** Gives so many bytes and then waits, until it is told to end or to fail; says whether it was closed by its reader. */
export function heldContent(length: number) {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const state = { isClosed: false };
  async function* give(): AsyncGenerator<Buffer> {
    try {
      yield* bytesOf(length);
      reached.resolve();
      await gate.promise;
    } finally {
      state.isClosed = true;
    }
  }
  const end = () => gate.resolve();
  const fail = (reason: Error) => gate.reject(reason);
  return { content: give(), reached: reached.promise, end, fail, state };
}

/** Waits until something holds, for 5 s at most; the last look's answer. */
export async function eventually(look: () => Promise<boolean> | boolean): Promise<boolean> {
  for (const end = Date.now() + 5000; Date.now() < end; await sleep(20)) if (await look()) return true;
  return look();
}
