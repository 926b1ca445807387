import type { S3Settings } from '../config/backups.ts';
import { noAnswerOf } from '../domain/no-answer.ts';
import type { Look } from '../ports.ts';
import { openS3Client } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';

/** Longer than any look: the look's own signal ends it. */
const SILENCE_MS = 60_000;

/** Whether the store lets us list what is in it. Rejects with a StorageError that says what is wrong. */
export async function lookAtOffsite(settings: S3Settings, { signal }: Look): Promise<object> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const client = await openS3Client(settings, settings.keys, { silenceMs: SILENCE_MS, attempts: 1 });
  const Prefix = settings.prefix === '' ? '' : `${settings.prefix}/`;
  try {
    await client.send(new ListObjectsV2Command({ Bucket: settings.bucket, Prefix, MaxKeys: 1 }), {
      abortSignal: signal,
    });
    return {};
  } catch (error) {
    // Then no store has said anything, and why is known better than s3Failure would say.
    if (noAnswerOf(error) !== 'failed') throw error;
    throw s3Failure(error, { storage: 'offsite', right: 's3:ListBucket' });
  } finally {
    client.destroy();
  }
}
