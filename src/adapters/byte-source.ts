/** Content, read by so many bytes at a time. */
export interface ByteSource {
  /** Exactly so many bytes. Rejects where there are fewer. */
  take(bytes: number): Promise<Buffer>;
  /** Those bytes as they come; whoever leaves early can have the rest by another call with what is missing. Rejects like `take`. */
  pass(bytes: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** All that is left. */
  rest(): AsyncGenerator<Uint8Array, void, undefined>;
  close(): Promise<void>;
}

/** `tooFew` says what to throw where content ends too early. */
export function openByteSource(content: AsyncIterable<Uint8Array>, tooFew: () => Error): ByteSource {
  const reader = content[Symbol.asyncIterator]();
  let ahead: Uint8Array = Buffer.alloc(0);
  let isOver = false;
  const some = async (most: number): Promise<Uint8Array | undefined> => {
    while (ahead.length === 0 && !isOver) {
      const { done, value } = await reader.next();
      isOver = done === true;
      if (!isOver) ahead = value;
    }
    if (ahead.length === 0) return undefined;
    const part = ahead.subarray(0, most);
    ahead = ahead.subarray(part.length);
    return part;
  };
  async function* pass(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let missing = bytes; missing > 0; ) {
      const part = await some(missing);
      if (!part) throw tooFew();
      missing -= part.length;
      yield part;
    }
  }
  return {
    take: async (bytes) => {
      const parts: Uint8Array[] = [];
      for await (const part of pass(bytes)) parts.push(part);
      return Buffer.concat(parts);
    },
    pass,
    async *rest() {
      for (let part = await some(Number.POSITIVE_INFINITY); part; part = await some(Number.POSITIVE_INFINITY))
        yield part;
    },
    close: async () => {
      if (!isOver) await reader.return?.();
      isOver = true;
    },
  };
}
