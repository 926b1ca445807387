import type { WriteStream } from 'node:tty';
import { type Paper, paperOn } from './paper.ts';

/** A stream that text goes to, at the reader's pace. */
export interface Output {
  readonly paper: Paper;
  /** Resolves when there is room for more. False: the reader has gone (`| head`), so that more need not be made. */
  write(text: string): Promise<boolean>;
}

/** A reader that goes away is no error: what is written after that is dropped. */
export function openOutput(stream: WriteStream, locale: { isUtf8: boolean }): Output {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    paper: paperOn(stream, locale),
    write: async (text) => {
      if (!open || text === '') return open;
      const { promise, resolve } = Promise.withResolvers<void>();
      stream.write(text, () => resolve());
      await promise;
      return open;
    },
  };
}

/** Writes lines in chunks of some kilobytes; stops when the reader has gone. */
export async function writeLines(output: Output, lines: Iterable<string>): Promise<void> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    if (!(await output.write(chunk))) return;
    chunk = '';
  }
  await output.write(chunk);
}

const CHUNK_LENGTH = 16_384;
