import { createHash, randomUUID } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../src/config/backups.ts';
import { manifestText } from '../../src/domain/backup-manifest.ts';
import { backupKey, manifestKey } from '../../src/domain/backup-name.ts';
import { plantedManifest } from '../ops/planted-manifest.ts';

const AT_ONCE = 32;
const HOUR_MS = 3_600_000;
const FORMAT = { format: 'custom', compression: 'zstd', isEncrypted: false } as const;

/** Puts so many small backups into a bucket, faster than a storage would: one for each of the hours until now. */
export async function fillWithBackups(
  settings: S3Settings,
  { count, environment }: { readonly count: number; readonly environment: string },
): Promise<void> {
  const { bucket, endpoint, region, keys } = settings;
  const client = new S3Client({
    ...(endpoint && { endpoint }),
    ...(keys && { credentials: keys }),
    ...{ region, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' },
  });
  const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  const hours = Array.from({ length: count }, (_, hour) => hour + 1).values();
  const worker = async () => {
    for (const hour of hours) {
      const id = randomUUID();
      const takenAt = new Date(Date.now() - hour * HOUR_MS);
      const key = backupKey({ database: 'mix', takenAt, kind: 'nightly', format: FORMAT });
      const sha256 = createHash('sha256').update(id).digest('hex');
      const of = { database: 'mix', environment, kind: 'nightly', storage: 'offsite' };
      await put(key, id);
      await put(manifestKey(key), manifestText(plantedManifest({ ...of, id, takenAt, key, bytes: id.length, sha256 })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  client.destroy();
}

/** The variables under which CapOps finds a bucket; asked through `endpoint`. */
export function variablesOf({ bucket, keys }: S3Settings, endpoint: string): Record<string, string> {
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_CHECKSUMS: 'required',
    AWS_ACCESS_KEY_ID: keys?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: keys?.secretAccessKey ?? '',
  };
}

/** How many of the requests to a store list, and how many delete. */
export function callsAmong(asked: readonly string[]): { lists: number; deletes: number } {
  const isList = (line: string) => /^GET \S*[?&](list-type=2|uploads)/.test(line);
  const isDelete = (line: string) => /^(POST \S*[?&]delete\b|DELETE )/.test(line);
  return { lists: asked.filter(isList).length, deletes: asked.filter(isDelete).length };
}
