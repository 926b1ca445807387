import { StorageError } from '../errors.ts';
import type { StoredObject } from '../ports.ts';
import type { S3Place } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';

/** All objects, 1,000 a call. A page that is missing or makes no sense throws: a part must not pass for the whole. */
export async function* listObjects(place: S3Place, prefix: string): AsyncGenerator<StoredObject> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const asked = { Bucket: place.settings.bucket, Prefix: place.objectKey(prefix) };
  let token: string | undefined;
  do {
    const page = { ...asked, ...(token === undefined ? {} : { ContinuationToken: token }) };
    const answer = await place.client.send(new ListObjectsV2Command(page)).catch((error: unknown) => {
      throw s3Failure(error, { storage: place.name, right: 's3:ListBucket' });
    });
    const { Contents = [], IsTruncated, NextContinuationToken: next } = answer;
    if (IsTruncated === undefined || (IsTruncated && (next === undefined || next === token))) throw senseless(place);
    for (const { Key, Size, LastModified } of Contents) {
      if (Key === undefined || Size === undefined || !LastModified) throw senseless(place);
      if (!Key.endsWith('/')) yield { key: place.keyOf(Key), bytes: Size, modifiedAt: LastModified };
    }
    token = IsTruncated ? next : undefined;
  } while (token !== undefined);
}

/** Ends the uploads that were begun before the moment; resolves with how many there were. */
export async function abortUploads(place: S3Place, prefix: string, before: Date): Promise<number> {
  const stale: { Key: string; UploadId: string }[] = [];
  for await (const { Initiated, ...upload } of uploadsUnder(place, prefix)) {
    if (Initiated < before) stale.push(upload);
  }
  const { AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3');
  for (const upload of stale) {
    const command = new AbortMultipartUploadCommand({ Bucket: place.settings.bucket, ...upload });
    await place.client.send(command).catch((error: unknown) => {
      if ((error as Error).name === 'NoSuchUpload') return;
      throw s3Failure(error, { storage: place.name, right: 's3:AbortMultipartUpload' });
    });
  }
  return stale.length;
}

async function* uploadsUnder(
  place: S3Place,
  prefix: string,
): AsyncGenerator<{ Key: string; UploadId: string; Initiated: Date }> {
  const { ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
  const asked = { Bucket: place.settings.bucket, Prefix: place.objectKey(prefix) };
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (marker) {
    const answer = await place.client
      .send(new ListMultipartUploadsCommand({ ...asked, ...marker }))
      .catch((error: unknown): never => {
        throw s3Failure(error, { storage: place.name, right: 's3:ListBucketMultipartUploads' }) as Error;
      });
    for (const { Key, UploadId, Initiated } of answer.Uploads ?? []) {
      if (Key !== undefined && UploadId !== undefined && Initiated) yield { Key, UploadId, Initiated };
    }
    marker = markerOf(answer);
  }
}

function markerOf(answer: {
  IsTruncated?: boolean | undefined;
  NextKeyMarker?: string | undefined;
  NextUploadIdMarker?: string | undefined;
}): { KeyMarker?: string; UploadIdMarker?: string } | undefined {
  const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = answer;
  if (!IsTruncated || !NextKeyMarker) return undefined;
  return { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}) };
}

function senseless({ name }: S3Place): StorageError {
  return new StorageError(name, 'down', `The storage ${name} does not list what it has: its answer makes no sense.`);
}
