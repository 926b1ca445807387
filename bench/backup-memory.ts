// What memory a backup and its check take, whatever its size: `node bench/backup-memory.ts`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Settings } from '../src/config/backups.ts';
import { startCeph } from '../test/setup/ceph.ts';
import { whyMissing } from '../test/setup/machine.ts';
import { backUp } from './backup-contenders.ts';
import { bucketAt } from './backup-offsite.ts';
import { judge, openGround } from './ground.ts';
import { fillWithMix } from './mix.ts';

const SIZES_MB = [100, 2000];
const ROUNDS = 2;
const BAR = { atMost: 80 };

const folder = mkdtempSync(join(tmpdir(), 'capops-bench-'));
const ground = await openGround();
const missing = whyMissing('objectStore');
const ceph = missing ? undefined : await startCeph(mkdtempSync(join(tmpdir(), 'capops-ceph-')));
try {
  const bucket = ceph && (await bucketAt(ceph.endpoint, 'memory'));
  for (const megabytes of SIZES_MB) {
    const { databaseUrl } = await ground.databases(`memory_${megabytes}_${process.pid}`);
    await fillWithMix(databaseUrl, megabytes);
    judge(`backup: most MB above idle at ${megabytes} MB`, most(databaseUrl, { folder }), BAR);
    if (bucket) judge(`backup: most MB above idle at ${megabytes} MB, to S3`, most(databaseUrl, bucket), BAR);
    else console.log(`SKIPPED backup: memory to S3: ${missing}`);
  }
} finally {
  ceph?.stop();
  await ground.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** In megabytes. */
function most(databaseUrl: string, where: { folder: string } | S3Settings): number {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const key = `backups/${round}-${process.hrtime.bigint()}.dump.zst`;
    return backUp({ databaseUrl, where, key, expectedBytes: 0 }).memoryMb;
  });
  return Math.max(...rounds);
}
