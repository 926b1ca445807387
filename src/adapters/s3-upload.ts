import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { type PartPlan, planParts } from '../domain/part-size.ts';
import { StorageError } from '../errors.ts';
import type { WriteOptions } from '../ports.ts';
import { type Measure, type MeasuredContent, measured } from './measured-content.ts';
import type { S3Place } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';
import { abortUntilGone, refuseIfThere, settle, WRITE_ID } from './s3-settlement.ts';

/** One write on its way. */
interface Writing {
  readonly place: S3Place;
  readonly key: string;
  /** Stands beside the object, so that it can be told from somebody else’s. */
  readonly id: string;
  readonly passing: MeasuredContent;
  readonly plan: PartPlan;
  readonly options: WriteOptions;
  /** Ends the content when the store fails, which would otherwise show only with the next part. */
  readonly broken: AbortController;
  /** Aborts with `broken` and with the caller’s own. */
  readonly signal: AbortSignal;
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
    const refusal = await send(writing).then(
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
  const broken = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, broken.signal]) : broken.signal;
  const progress = (bytes: number) => {
    if (bytes > plan.limitBytes) throw tooLong(place, plan);
    options.progress?.(bytes);
  };
  const passing = measured(content, { signal, progress });
  return { place, key, id: randomUUID(), passing, plan, options, broken, signal };
}

function tooLong({ name, settings }: S3Place, { partBytes }: PartPlan): StorageError {
  const message = `The storage ${name} takes ${settings.maxParts} parts, and in parts of ${partBytes / 2 ** 20} MB this is more: it is far larger than was expected. Nothing was kept.`;
  return new StorageError(name, 'full', message);
}

/** The content’s own failure and the caller’s own reason as they are; the store’s in words for a person. */
function reasonOf({ place, passing, broken, options }: Writing, error: unknown): unknown {
  const failure = passing.failure();
  if (options.signal?.aborted && (failure || (error as Error).name === 'AbortError')) return options.signal.reason;
  if (failure && !broken.signal.aborted) return failure.reason;
  const reason = broken.signal.aborted ? broken.signal.reason : error;
  return s3Failure(reason, { storage: place.name, right: 's3:PutObject' });
}

async function send(writing: Writing): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const { place, passing, plan } = writing;
  const params = paramsOf(writing);
  const sending = new Upload({
    client: await guarded(writing),
    params: { ...params, Body: Readable.from(passing.chunks, { highWaterMark: 1 }) },
    partSize: plan.partBytes,
    queueSize: 2,
    leavePartsOnError: true,
  });
  try {
    await sending.done();
  } catch (error) {
    const { uploadId: UploadId } = sending;
    if (UploadId !== undefined) await abortUntilGone(place, { Bucket: params.Bucket, Key: params.Key, UploadId });
    throw error;
  }
}

/**
 * The client that lib-storage gets. Its own way to abort answers while parts are still on their way; so what it sends is
 * aborted instead, and it waits for that. One part that fails ends the content, else the others would wait for more of it.
 */
async function guarded({ place, key, broken, signal }: Writing): Promise<S3Client> {
  const { PutObjectCommand, CompleteMultipartUploadCommand, UploadPartCommand } = await import('@aws-sdk/client-s3');
  const plainly = (command: object, options = {}) => place.client.send(command as never, options);
  const publish = async (command: { readonly input: { IfNoneMatch?: unknown } }) => {
    signal.throwIfAborted();
    if (command instanceof CompleteMultipartUploadCommand) await refuseIfThere(place, key);
    return plainly(command).catch((error: unknown) => {
      if ((error as Error).name !== 'NotImplemented') throw error;
      // A store that knows no conditions: the look before has to do.
      delete command.input.IfNoneMatch;
      return plainly(command);
    });
  };
  const send = (command: object) => {
    if (command instanceof PutObjectCommand || command instanceof CompleteMultipartUploadCommand)
      return publish(command);
    // The beginning of an upload is not stopped: one whose id nobody heard is one that nobody can abort.
    return plainly(command, command instanceof UploadPartCommand ? { abortSignal: signal } : {}).catch((error) => {
      if (!signal.aborted) broken.abort(error);
      throw error;
    });
  };
  return Object.assign(Object.create(place.client), { send });
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
