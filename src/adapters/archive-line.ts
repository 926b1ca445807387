import type { Writable } from 'node:stream';
import { ProgramError } from '../errors.ts';

/** The programs that read archives. */
export interface ReadingTools {
  readonly pgRestore: string;
  /** Undefined: Node decompresses. */
  readonly zstd: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Where a dump in the directory format is laid out. */
  readonly folder: string;
}

/** Where compressed bytes go in, and what comes of the rest: a fault in words, or nothing. */
export interface Line {
  readonly entry: Writable;
  readonly fault: Promise<string | undefined>;
  /** See ArchiveReader; absent: it always is. */
  isThorough?(): boolean;
  /** In the end, once no program runs any more; absent: nothing is left. */
  close?(): Promise<void>;
}

export function wordsOf(error: unknown): string {
  if (error instanceof ProgramError) return `It is no whole archive: ${error.message}`;
  throw error;
}
