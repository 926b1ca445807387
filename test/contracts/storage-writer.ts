import { setTimeout as sleep } from 'node:timers/promises';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { openS3Storage } from '../../src/adapters/s3-storage.ts';
import { peakResidentBytes } from '../setup/peak-memory.ts';
import type { Address } from './backup-storage.ts';
import { all, bytesOf } from './content.ts';

/**
 * A process that writes so many bytes under `key`, or reads what is there, and says how much memory that took above what
 * it had before. Told to `stall`, it gives so many bytes, says `stalled` and never comes to an end.
 */
const [address = '', task = '', key = '', length = ''] = process.argv.slice(2);
const where = JSON.parse(address) as Address;
const storage = 'folder' in where ? openLocalStorage(where) : await openS3Storage({ name: 'it', settings: where });

async function* content(): AsyncGenerator<Buffer> {
  yield* bytesOf(Number(length), 65_536);
  if (task !== 'stall') return;
  process.stdout.write('stalled\n');
  await sleep(600_000);
}

async function read(): Promise<number> {
  let bytes = 0;
  for await (const chunk of storage.read(key)) bytes += chunk.byteLength;
  return bytes;
}

await all(storage.list('none/')); // What is loaded with the first call belongs to idling.
const idle = process.memoryUsage().rss;
const bytes = task === 'read' ? await read() : (await storage.write(key, content())).bytes;
const aboveIdle = peakResidentBytes() - idle;
process.stdout.write(`${JSON.stringify({ bytes, aboveIdle })}\n`);
