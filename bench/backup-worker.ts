// A process of its own that backs a database up and reads the backup back: how long each took, and its memory above idle.
import { openDumpTools } from '../src/adapters/dump-tools.ts';
import { openLocalStorage } from '../src/adapters/local-storage.ts';
import type { S3Settings } from '../src/config/backups.ts';
import { readPrograms } from '../src/config/programs.ts';
import { formatOf } from '../src/domain/backup-format.ts';
import type { ArchiveLayout, BackupStorage } from '../src/ports.ts';
import { peakResidentBytes } from '../test/setup/peak-memory.ts';

export interface Order {
  readonly databaseUrl: string;
  readonly where: { readonly folder: string } | S3Settings;
  /** A new key each time; its ending says the format. */
  readonly key: string;
  readonly expectedBytes: number;
}

export interface Made {
  readonly ms: number;
  readonly checkMs: number;
  readonly bytes: number;
  readonly memoryMb: number;
}

const { databaseUrl, where, key, expectedBytes }: Order = JSON.parse(process.argv[2] ?? '');
const layout: ArchiveLayout = formatOf(key);
const storage = await open();
const { value: programs } = readPrograms(process.env);
if (!programs) throw new Error('PG_BIN names no folder with PostgreSQL’s programs');
const tools = openDumpTools(programs);
for await (const _ of storage.list('none/')); // What is loaded with the first call belongs to idling.
await tools.inspect(databaseUrl);
const idle = process.memoryUsage.rss();

const begun = performance.now();
const dump = tools.dump(databaseUrl, { format: layout.format, compression: layout.compression });
const written = await storage.write(key, dump.content, { expectedBytes });
await dump.facts;
const ms = performance.now() - begun;

const checkBegun = performance.now();
const check = await tools.check(storage.read(key), { ...layout, isEncrypted: false });
const checkMs = performance.now() - checkBegun;
if (check.fault !== undefined) throw new Error(check.fault);
if (check.sha256 !== written.sha256) throw new Error('What is read back is not what was written');
await storage.remove([key]);

const memoryMb = (peakResidentBytes() - idle) / 1e6;
console.log(JSON.stringify({ ms, checkMs, bytes: written.bytes, memoryMb } satisfies Made));

async function open(): Promise<BackupStorage> {
  if ('folder' in where) return openLocalStorage({ name: 'local', folder: where.folder });
  const { openS3Storage } = await import('../src/adapters/s3-storage.ts');
  return openS3Storage({ name: 'offsite', settings: where });
}
