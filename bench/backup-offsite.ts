import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../src/config/backups.ts';
import { callsAmong, fillWithBackups, variablesOf } from '../test/setup/backup-crowd.ts';
import { CEPH_KEYS, startCeph } from '../test/setup/ceph.ts';
import { httpPeer } from '../test/setup/http-peer.ts';
import { whyMissing } from '../test/setup/machine.ts';
import { runCli } from '../test/setup/run-cli.ts';
import { backUp } from './backup-contenders.ts';
import type { Made } from './backup-worker.ts';
import { judge, median } from './ground.ts';

const ROUNDS = 3;
const OBJECTS = 10_000;

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
    await judgePruning(ceph.endpoint, stage.databaseUrl);
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

/** What `prune-backups --yes` asks of a bucket with 5,000 backups, of which all but a few go. */
async function judgePruning(endpoint: string, databaseUrl: string): Promise<void> {
  const settings = await bucketAt(endpoint, 'pruning');
  await fillWithBackups(settings, { count: OBJECTS / 2, environment: 'development' });
  const peer = await httpPeer(endpoint);
  const env = { DATABASE_URL: databaseUrl, ...variablesOf(settings, peer.endpoint) };
  const { code, stdout, stderr } = await runCli(['prune-backups', '--yes'], { env, timeoutSeconds: 300 });
  await peer.close();
  if (code !== 0) throw new Error(stderr);
  console.log(stdout.trim().split('\n').at(-1));
  const { lists, deletes } = callsAmong(peer.asked);
  judge(`backup: calls that list, pruning ${OBJECTS} objects`, lists, { atMost: 12 });
  judge(`backup: calls that delete, pruning ${OBJECTS} objects`, deletes, { atMost: 12 });
}

export async function bucketAt(endpoint: string, bucket: string): Promise<S3Settings> {
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
