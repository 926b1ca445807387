/** Reads at least so many bytes ahead, where there are as many. The content is then to be read from here, or closed. */
export async function peek(
  content: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ readonly head: Buffer; readonly content: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
  const reader = content[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let isOver = false;
  for (let seen = 0; seen < bytes && !isOver; ) {
    const next = await reader.next();
    isOver = next.done === true;
    if (isOver) break;
    chunks.push(next.value);
    seen += next.value.length;
  }
  const close = async () => {
    if (!isOver) await reader.return?.();
    isOver = true;
  };
  async function* again(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) yield chunk;
      while (!isOver) {
        const next = await reader.next();
        if (next.done) isOver = true;
        else yield next.value;
      }
    } finally {
      await close();
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, bytes), content: again(), close };
}
