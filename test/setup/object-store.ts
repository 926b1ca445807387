import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, inject } from 'vitest';
import type { S3Settings } from '../../src/config/backups.ts';
import { CEPH_KEYS } from './ceph.ts';
import { whyMissing } from './machine.ts';

const START_MS = 120_000;

/** Has the run’s object store started before this file’s tests, where there is one: they are `itNeeds('objectStore', …)`. */
export function startObjectStore(): void {
  beforeAll(async () => {
    if (!whyMissing('objectStore')) await endpointOfStore();
  }, START_MS);
}

/** A new bucket’s settings, and a plain client for what the tests look at. `locks`: it keeps versions and locks. */
export async function makeBucket({ locks = false } = {}): Promise<{ settings: S3Settings; client: S3Client }> {
  const endpoint = await endpointOfStore();
  const bucket = `test-${randomBytes(6).toString('hex')}`;
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: CEPH_KEYS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket, ...(locks && { ObjectLockEnabledForBucket: true }) }));
  return { client, settings: { ...SETTINGS, bucket, endpoint } };
}

async function endpointOfStore(): Promise<string> {
  const port = inject('objectStoreOffer');
  if (port === undefined) throw new Error(`This test ${whyMissing('objectStore') ?? 'needs an object store'}`);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  if (!answer.ok) throw new Error(`The object store did not start: ${await answer.text()}`);
  return answer.text();
}

const SETTINGS: Omit<S3Settings, 'bucket' | 'endpoint'> = {
  region: 'us-east-1',
  prefix: '',
  forcePathStyle: true,
  storageClass: undefined,
  encryption: undefined,
  objectLock: undefined,
  maxParts: 10_000,
  checksums: 'required',
  keys: CEPH_KEYS,
  pruneKeys: undefined,
};
