import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { startArchive } from '../../src/adapters/dump-stream.ts';
import { openCrew } from '../../src/adapters/program-crew.ts';
import { itNeeds } from '../setup/it-needs.ts';

itNeeds('zstd', 'what is read only after the programs have ended is still all there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capops-late-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const crew = openCrew();
  const archive = await startArchive(crew, {
    request: { format: 'plain', compression: 'zstd' },
    pgDump: { path: '/bin/echo', args: ['a dump'], env: {} },
    zstd: '/usr/bin/zstd',
    folder,
  });
  await crew.allWell();
  await sleep(50);
  const pieces: Uint8Array[] = [];
  for await (const piece of archive.bytes) pieces.push(piece);
  expect(Buffer.concat(pieces).subarray(0, 4).toString('hex')).toBe('28b52ffd');
});
