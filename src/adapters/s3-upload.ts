import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { type PartPlan, planParts } from '../domain/part-size.ts';
import { StorageError } from '../errors.ts';
import type { WriteOptions } from '../ports.ts';
import { type Measure, type MeasuredContent, measured } from './measured-content.ts';
import type { S3Place } from './s3-client.ts';
import { s3Failure } from './s3-failure.ts';
import { refuseIfThere, settle, WRITE_ID } from './s3-settlement.ts';

/** One write: its own id stands beside the object, so that it can be told from somebody else’s. */
interface Writing {
  readonly place: S3Place;
  readonly key: string;
  readonly id: string;
  readonly passing: MeasuredContent;
  readonly plan: PartPlan;
  readonly options: WriteOptions;
  /** Ends the content when the store fails, which would otherwise show only with the next part. */
  readonly broken: AbortController;
  readonly signal: AbortSignal;
}

/** Uploads content as one object, in parts where it is long. The store shows it when it is whole, and not before. */
export async function upload(
  place: S3Place,
  key: string,
  { content, ...options }: WriteOptions & { readonly content: AsyncIterable<Uint8Array> },
): Promise<Measure> {
  const writing = begin(place, key, { content, options });
  const { passing, broken, id } = writing;
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
    const failure = passing.failure();
    if (options.signal?.aborted && (failure || (error as Error).name === 'AbortError')) throw options.signal.reason;
    if (failure && !broken.signal.aborted) throw failure.reason;
    const reason = broken.signal.aborted ? broken.signal.reason : error;
    throw s3Failure(reason, { storage: place.name, right: 's3:PutObject' });
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

async function send(writing: Writing): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const { plan, passing } = writing;
  const sending = new Upload({
    client: await carefulClient(writing),
    params: { ...paramsOf(writing), Body: Readable.from(passing.chunks) },
    partSize: plan.partBytes,
    queueSize: plan.atOnce,
  });
  await sending.done();
}

function paramsOf({ place, key, id, options }: Writing): PutObjectCommandInput {
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

/**
 * The client that lib-storage gets. Left alone, it resolves an abort while parts and even the completion are still on
 * their way, hides what went wrong behind a failed clean-up, and goes on reading after a part has failed.
 */
async function carefulClient({ place, key, broken, signal }: Writing): Promise<S3Client> {
  const { PutObjectCommand, CompleteMultipartUploadCommand, AbortMultipartUploadCommand } = await import(
    '@aws-sdk/client-s3'
  );
  const { client } = place;
  const plainly = (command: object, abortSignal?: AbortSignal) =>
    client.send(command as never, abortSignal && { abortSignal });
  const publish = async (command: { input: { IfNoneMatch?: unknown } }) => {
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
    // What stays behind is swept later.
    if (command instanceof AbortMultipartUploadCommand) return plainly(command).catch(() => undefined);
    return plainly(command, signal).catch((error: unknown) => {
      if (!signal.aborted) broken.abort(error);
      throw error;
    });
  };
  return Object.assign(Object.create(client), { send });
}
