import { availableParallelism } from 'node:os';
import type { Transform } from 'node:stream';
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { ArchiveLayout } from '../ports.ts';

type Compression = ArchiveLayout['compression'];

/** More threads than this are of no use to a program that waits for pg_dump. */
const MOST_THREADS = 4;

/** The `zstd` program's arguments: from stdin to stdout, with a checksum inside. */
export function zstdArgs(direction: 'compress' | 'decompress'): string[] {
  const threads = Math.min(Math.max(availableParallelism(), 2), MOST_THREADS);
  return direction === 'compress' ? ['-q', '-c', `-T${threads}`] : ['-q', '-d', '-c'];
}

/** Node's own compression; undefined where there is nothing to do. */
export function compressor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return createGzip();
  if (compression === 'zstd') return createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  return undefined;
}

/** The way back. What was cut off is an error. */
export function decompressor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return createGunzip();
  if (compression === 'zstd') return createZstdDecompress();
  return undefined;
}
