import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openS3Storage } from '../src/adapters/s3-storage.ts';
import type { S3Settings } from '../src/config/backups.ts';
import { CEPH_KEYS, startCeph } from '../test/setup/ceph.ts';
import { httpPeer } from '../test/setup/http-peer.ts';
import { whyMissing } from '../test/setup/machine.ts';
import { backUp } from './backup-contenders.ts';
import type { Made } from './backup-worker.ts';
import { judge, median } from './ground.ts';

const ROUNDS = 3;
const OBJECTS = 10_000;
const BATCH = 1000;
const AT_ONCE = 32;

interface Stage {
  readonly databaseUrl: string;
  readonly expectedBytes: number;
  /** The same backup into a folder. */
  local(): Made;
}

/** A real object store of one process, on the cores that are measured. Skipped, and said so, where there is none. */
export async function judgeObjectStore(stage: Stage): Promise<void> {
  const missing = whyMissing('objectStore');
  if (missing) {
    console.log(`SKIPPED backup: upload and pruning in an object store: ${missing}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'capops-ceph-'));
  const ceph = await startCeph(folder);
  try {
    judgeUpload(stage, await bucketAt(ceph.endpoint, 'uploads'));
    await judgePruning(ceph.endpoint);
  } finally {
    ceph.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function judgeUpload({ databaseUrl, expectedBytes, local }: Stage, where: S3Settings): void {
  const ratios: number[] = [];
  const memory: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const beside = local();
    const made = backUp({ databaseUrl, where, key: `backups/${round}.dump.zst`, expectedBytes });
    console.log(`to S3 ${(made.ms / 1000).toFixed(2)} s, to the folder ${(beside.ms / 1000).toFixed(2)} s`);
    ratios.push(made.ms / beside.ms);
    memory.push(made.memoryMb);
  }
  judge('backup: to S3, ratio to the local one', median(ratios), { atMost: 1.15 });
  judge('backup: most MB above idle, to S3', Math.max(...memory), { atMost: 80 });
}

/** What pruning asks of a bucket with 5,000 backups, all of which go: manifests first, then files, then leftovers. */
async function judgePruning(endpoint: string): Promise<void> {
  const settings = await bucketAt(endpoint, 'pruning');
  await putObjects(settings);
  const peer = await httpPeer(endpoint);
  const storage = await openS3Storage({ name: 'offsite', settings: { ...settings, endpoint: peer.endpoint } });
  const keys: string[] = [];
  for await (const { key } of storage.list('backups/')) keys.push(key);
  const isManifest = (key: string) => key.endsWith('.manifest.json');
  for (const part of [keys.filter(isManifest), keys.filter((key) => !isManifest(key))]) {
    for (let start = 0; start < part.length; start += BATCH) {
      const { failed } = await storage.remove(part.slice(start, start + BATCH));
      if (failed[0]) throw new Error(failed[0].reason);
    }
  }
  await storage.sweep('backups/', new Date());
  if (keys.length !== OBJECTS) throw new Error(`${keys.length} objects were listed`);
  const asked = (method: string) => peer.asked.filter((line) => line.startsWith(`${method} `)).length;
  judge(`backup: calls that list, pruning ${OBJECTS} objects`, asked('GET'), { atMost: 12 });
  judge(`backup: calls that delete, pruning ${OBJECTS} objects`, asked('POST') + asked('DELETE'), { atMost: 12 });
  await peer.close();
}

async function putObjects(settings: S3Settings): Promise<void> {
  const client = clientOf(settings.endpoint);
  const numbers = Array.from({ length: OBJECTS }, (_, number) => number).values();
  const worker = async () => {
    for (const number of numbers) {
      const Key = `backups/mix/${number >> 1}.dump.zst${number % 2 ? '.manifest.json' : ''}`;
      await client.send(new PutObjectCommand({ Bucket: settings.bucket, Key, Body: 'x' }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  client.destroy();
}

async function bucketAt(endpoint: string, bucket: string): Promise<S3Settings> {
  const client = clientOf(endpoint);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return {
    ...{ bucket, endpoint, region: 'us-east-1', prefix: '', forcePathStyle: true, maxParts: 10_000 },
    ...{ storageClass: undefined, encryption: undefined, objectLock: undefined, pruneKeys: undefined },
    ...{ checksums: 'required', keys: CEPH_KEYS },
  };
}

function clientOf(endpoint: string | undefined): S3Client {
  return new S3Client({
    ...(endpoint && { endpoint }),
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: CEPH_KEYS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}
