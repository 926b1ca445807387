import { randomUUID } from 'node:crypto';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { type PartPlan, planParts } from '../domain/part-size.ts';
import { StorageError } from '../errors.ts';
import type { WriteOptions } from '../ports.ts';
import { type Measure, type MeasuredContent, measured } from './measured-content.ts';
import type { S3Place } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';
import { sendInParts } from './s3-sending.ts';
import { refuseIfThere, settle, WRITE_ID } from './s3-settlement.ts';

/** One write on its way. */
export interface Writing {
  readonly place: S3Place;
  readonly key: string;
  /** Stands beside the object, so that it can be told from somebody else’s. */
  readonly id: string;
  readonly passing: MeasuredContent;
  readonly plan: PartPlan;
  readonly options: WriteOptions;
}

/** Uploads content as one object, in parts where it is long. The store shows it when it is whole, and not before. */
export async function upload(
  place: S3Place,
  key: string,
  { content, ...options }: WriteOptions & { readonly content: AsyncIterable<Uint8Array> },
): Promise<Measure> {
  const writing = begin(place, key, { content, options });
  const { passing, id } = writing;
  try {
    await refuseIfThere(place, key);
    const refusal = await sendInParts(writing, paramsOf(writing)).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const measure = passing.measure();
    // Before the content’s end nothing was published, whatever the store says.
    if (!measure) throw refusal?.error ?? new Error('The content was not read to its end');
    await settle(place, key, { id, measure, refusal, retainUntil: options.retainUntil });
    return measure;
  } catch (error) {
    throw reasonOf(writing, error);
  } finally {
    passing.close();
  }
}

function begin(
  place: S3Place,
  key: string,
  { content, options }: { content: AsyncIterable<Uint8Array>; options: WriteOptions },
): Writing {
  const plan = planParts(options.expectedBytes ?? 0, place.settings.maxParts);
  const progress = (bytes: number) => {
    if (bytes > plan.limitBytes) throw tooLong(place, plan);
    options.progress?.(bytes);
  };
  const passing = measured(content, { signal: options.signal, progress });
  return { place, key, id: randomUUID(), passing, plan, options };
}

function tooLong({ name, settings }: S3Place, { partBytes }: PartPlan): StorageError {
  const message = `The storage ${name} takes ${settings.maxParts} parts, and in parts of ${partBytes / 2 ** 20} MB this is more: it is far larger than was expected. Nothing was kept.`;
  return new StorageError(name, 'full', message);
}

/** The content’s own failure and the caller’s own reason as they are; the store’s in words for a person. */
function reasonOf({ place, passing, options }: Writing, error: unknown): unknown {
  const failure = passing.failure();
  if (options.signal?.aborted && (failure || (error as Error).name === 'AbortError')) return options.signal.reason;
  if (failure) return failure.reason;
  return s3Failure(error, { storage: place.name, right: 's3:PutObject' });
}

function paramsOf({ place, key, id, options }: Writing): PutObjectCommandInput & { Bucket: string; Key: string } {
  const { bucket, storageClass, encryption, objectLock } = place.settings;
  const { retainUntil } = options;
  return {
    Bucket: bucket,
    Key: place.objectKey(key),
    ContentType: 'application/octet-stream',
    IfNoneMatch: '*',
    Metadata: { [WRITE_ID]: id },
    ...(storageClass && { StorageClass: storageClass as NonNullable<PutObjectCommandInput['StorageClass']> }),
    ...(encryption && { ServerSideEncryption: encryption.kind }),
    ...(encryption?.kmsKeyId && { SSEKMSKeyId: encryption.kmsKeyId }),
    ...(objectLock && retainUntil && { ObjectLockMode: objectLock, ObjectLockRetainUntilDate: retainUntil }),
  };
}
