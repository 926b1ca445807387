/** A piece of an object, in memory that is used again once `release` is called. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Whether the content ended with it. A part that is full is never the last, as far as it is known then. */
  readonly isLast: boolean;
  release(): void;
}

/**
 * Cuts content into parts of this size; the last is smaller, or empty where there is no other. The content’s own chunks
 * are copied and let go at once: kept until a part is full, they would pile up before they are collected.
 */
export async function* partsOf(chunks: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Part, void, void> {
  const free: Buffer[] = [];
  let buffer: Buffer = Buffer.allocUnsafeSlow(partBytes);
  let filled = 0;
  let number = 0;
  const part = (isLast: boolean): Part => {
    const full = buffer;
    number += 1;
    return { number, bytes: full.subarray(0, filled), isLast, release: () => void free.push(full) };
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + partBytes - filled);
      buffer.set(piece, filled);
      at += piece.byteLength;
      filled += piece.byteLength;
      if (filled < partBytes) continue;
      yield part(false);
      buffer = free.pop() ?? Buffer.allocUnsafeSlow(partBytes);
      filled = 0;
    }
  }
  if (filled > 0 || number === 0) yield part(true);
}
