import { setTimeout as sleep } from 'node:timers/promises';
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { AlreadyThereError, StorageError } from '../errors.ts';
import type { Measure } from './measured-content.ts';
import type { S3Place } from './s3-client.ts';
import { isNotThere, s3Failure } from './s3-failure.ts';

/** The name under which a write's id stands beside the object. */
export const WRITE_ID = 'capops-write';
const TAKEN = /^(PreconditionFailed|ConditionalRequestConflict)$/;
const ABORT_AGAIN_MS = [0, 100, 300, 1000];
/** Some stores keep whole seconds. */
const ROUNDING_MS = 1000;

/** What the store tells of an object; undefined where there is none. */
export async function head(place: S3Place, key: string): Promise<HeadObjectCommandOutput | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const asked = { Bucket: place.settings.bucket, Key: place.objectKey(key) };
  return place.client.send(new HeadObjectCommand(asked)).catch((error: unknown) => {
    if (isNotThere(error as Error)) return undefined;
    throw s3Failure(error, { storage: place.name, right: 's3:GetObject and s3:ListBucket' });
  });
}

export async function refuseIfThere(place: S3Place, key: string): Promise<void> {
  if (await head(place, key)) throw new AlreadyThereError(place.name, key);
}

interface Written {
  readonly id: string;
  readonly measure: Measure;
  /** Set where the store did not say that it took the object; it may have, and the answer was lost. */
  readonly refusal: { readonly error: unknown } | undefined;
  readonly retainUntil: Date | undefined;
}

/** Looks whether what stands under the key is what was written, whole and locked; throws where it is not. */
export async function settle(place: S3Place, key: string, written: Written): Promise<void> {
  const { id, measure, refusal } = written;
  const found = await head(place, key);
  const isOurs = found?.Metadata?.[WRITE_ID] === id;
  if (refusal && !isOurs) {
    throw TAKEN.test((refusal.error as Error).name) ? new AlreadyThereError(place.name, key) : refusal.error;
  }
  if (!found) throw broken(place, `took ${key} and does not have it.`);
  // Where two wrote at once and the store knows no conditions, the later one stands.
  if (!isOurs) throw new AlreadyThereError(place.name, key);
  try {
    if (found.ContentLength !== measure.bytes) {
      throw broken(place, `has ${found.ContentLength} of ${measure.bytes} bytes of ${key}. Nothing was kept.`);
    }
    await lock(place, key, { found, retainUntil: written.retainUntil });
  } catch (error) {
    await discard(place, key);
    throw error;
  }
}

/**
 * Ends an upload until the store does not know it any more: a part that was on its way may keep one alive, or bring it back.
 * Never rejects, for why the upload failed counts; what stays all the same is swept later.
 */
export async function abortUntilGone(
  { client }: S3Place,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string },
): Promise<void> {
  const { AbortMultipartUploadCommand, ListPartsCommand } = await import('@aws-sdk/client-s3');
  for (const ms of ABORT_AGAIN_MS) {
    try {
      await sleep(ms);
      await client.send(new AbortMultipartUploadCommand(upload));
      await client.send(new ListPartsCommand({ ...upload, MaxParts: 1 }));
    } catch {
      return; // It is gone, or the store is.
    }
  }
}

/** Some stores lock what is written at once, and forget it for what is written in parts. */
async function lock(
  place: S3Place,
  key: string,
  { found, retainUntil }: { found: HeadObjectCommandOutput; retainUntil: Date | undefined },
): Promise<void> {
  const { bucket, objectLock } = place.settings;
  if (!objectLock || !retainUntil) return;
  if (Number(found.ObjectLockRetainUntilDate) + ROUNDING_MS >= Number(retainUntil)) return;
  const { PutObjectRetentionCommand } = await import('@aws-sdk/client-s3');
  const retention = { Mode: objectLock, RetainUntilDate: retainUntil };
  const version = found.VersionId && { VersionId: found.VersionId };
  const command = { Bucket: bucket, Key: place.objectKey(key), Retention: retention, ...version };
  await place.client.send(new PutObjectRetentionCommand(command)).catch((error: unknown) => {
    throw s3Failure(error, { storage: place.name, right: 's3:PutObjectRetention' });
  });
}

/** What cannot be removed either is no backup all the same: its manifest is missing. */
async function discard(place: S3Place, key: string): Promise<void> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new DeleteObjectCommand({ Bucket: place.settings.bucket, Key: place.objectKey(key) });
  await place.client.send(command).catch(() => undefined);
}

function broken({ name }: S3Place, what: string): StorageError {
  return new StorageError(name, 'down', `The storage ${name} ${what}`);
}
