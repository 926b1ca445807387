// A process of its own that fills an empty database from a backup: how long it took, and its memory above idle.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { openLocalStorage } from '../src/adapters/local-storage.ts';
import { openRestoreTools } from '../src/adapters/restore-tools.ts';
import { readPrograms } from '../src/config/programs.ts';
import { peakResidentBytes } from '../test/setup/peak-memory.ts';

export interface FillOrder {
  readonly databaseUrl: string;
  readonly file: string;
}

export interface Filled {
  readonly ms: number;
  readonly memoryMb: number;
  readonly jobs: number;
}

const { databaseUrl, file }: FillOrder = JSON.parse(process.argv[2] ?? '');
const { value: programs } = readPrograms(process.env);
if (!programs) throw new Error('PG_BIN names no folder with PostgreSQL’s programs');
const storage = openLocalStorage({ name: 'local', folder: dirname(file) });
const tools = openRestoreTools({ programs, folders: [tmpdir()] });
const key = basename(file);
const source = {
  name: key,
  sha256: await hashOf(file),
  read: (options: { readonly signal?: AbortSignal | undefined }) => storage.read(key, options),
};
await tools.identify(source); // What is loaded with the first call belongs to idling.
const idle = process.memoryUsage.rss();

const begun = performance.now();
const { jobs } = await tools.restore(databaseUrl, source, { trust: 'ours', progress: () => undefined });
const ms = performance.now() - begun;
const memoryMb = (peakResidentBytes() - idle) / 1e6;
console.log(JSON.stringify({ ms, memoryMb, jobs } satisfies Filled));

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
